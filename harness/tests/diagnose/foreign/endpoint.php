<?php // One mistake each, by the environment variable MODE; see table.json.
function has(string ...$names): bool { return (bool) array_intersect($names, explode('+', getenv('MODE'))); }
function done(int $status): never { http_response_code($status); exit; }
if ($_SERVER['REQUEST_METHOD'] !== 'POST') done(405);
$body = file_get_contents('php://input');
if (has('post-array')) { if (!$_POST) done(400); }
$event = json_decode($body, has('assoc'), 512);
if ($event === null) done(400);
$data = $event instanceof stdClass ? ($event->data ?? null) : ($event['data'] ?? null);
if ($data === null) done(400);
if (has('inner') && is_string($data)) $data = json_decode($data, has('assoc'));
$flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS;
if (has('default')) $flags = 0;
if (has('slashes')) $flags = JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS;
if (has('unicode-only')) $flags = JSON_UNESCAPED_UNICODE;
if (has('no-line-terminators')) $flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE;
$message = has('raw') ? $body : json_encode($data, $flags);
$right = hash_hmac('sha256', (string) $message, getenv('SECRET'));
$given = $_SERVER['HTTP_PANORA_SIGNATURE'] ?? null;
if (has('shown-error') && $given === null) { ini_set('display_errors', '1'); throw new TypeError('no signature'); }
if ($given === null) done(401);
if (has('loose') ? $given != $right : (has('strncmp') ? strncmp($given, $right, 10) !== 0 : !hash_equals($right, $given))) done(401);
done(200);
