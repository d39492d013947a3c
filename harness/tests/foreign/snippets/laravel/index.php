<?php
// The smallest real Laravel application around the routes in routes/api.php: its kernel, router and middleware group "api".
require '/usr/share/php/Illuminate/autoload.php';
foreach (glob('/usr/share/php/Illuminate/*/autoload.php') as $file) {
    require_once $file;
}

class HttpKernel extends Illuminate\Foundation\Http\Kernel
{
    protected $bootstrappers = [
        Illuminate\Foundation\Bootstrap\LoadConfiguration::class,
        Illuminate\Foundation\Bootstrap\HandleExceptions::class,
        Illuminate\Foundation\Bootstrap\RegisterFacades::class,
        Illuminate\Foundation\Bootstrap\RegisterProviders::class,
        Illuminate\Foundation\Bootstrap\BootProviders::class,
    ];
    protected $middleware = [
        Illuminate\Foundation\Http\Middleware\ValidatePostSize::class,
        Illuminate\Foundation\Http\Middleware\TrimStrings::class,
        Illuminate\Foundation\Http\Middleware\ConvertEmptyStringsToNull::class,
    ];
    protected $middlewareGroups = ['api' => [Illuminate\Routing\Middleware\SubstituteBindings::class]];
}

class Routes extends Illuminate\Foundation\Support\Providers\RouteServiceProvider
{
    public function map()
    {
        Illuminate\Support\Facades\Route::prefix('api')->middleware('api')->group(base_path('routes/api.php'));
    }
}

$app = new Illuminate\Foundation\Application(__DIR__);
$app->singleton(Illuminate\Contracts\Http\Kernel::class, HttpKernel::class);
$app->singleton(Illuminate\Contracts\Debug\ExceptionHandler::class, Illuminate\Foundation\Exceptions\Handler::class);
$kernel = $app->make(Illuminate\Contracts\Http\Kernel::class);
$request = Illuminate\Http\Request::capture();
$response = $kernel->handle($request);
$response->send();
$kernel->terminate($request, $response);
