<?php
return ['panora' => ['secret' => env('PANORA_SECRET')]];
