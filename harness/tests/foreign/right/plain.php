<?php
// A right endpoint in PHP without any library: PHP's own JSON functions, which write texts as JavaScript does when told so.
declare(strict_types=1);

function told(int $status, array $more = []): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode(['status' => $status, 'id' => bin2hex(random_bytes(8)), 'at' => microtime(true)] + $more);
    exit;
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    header('Allow: POST');
    told(405);
}
$body = file_get_contents('php://input');
if (strlen($body) > 12 * 1024 * 1024) {
    told(413);
}
$event = json_decode($body, false, 4096);
if (!is_object($event) || !property_exists($event, 'data')) {
    told(400);
}
$message = json_encode($event->data, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS, 4096);
$given = $_SERVER['HTTP_PANORA_SIGNATURE'] ?? '';
if ($message === false || !hash_equals(hash_hmac('sha256', $message, getenv('PANORA_SECRET')), $given)) {
    told(401);
}
told(200);
