"""The configurations of the servers in front: {port}, {inner} and {folder} are filled in when they start."""

NGINX_HEAD = """daemon off; master_process on; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log;
events { worker_connections 512; }
http {
  access_log off; client_max_body_size 16m; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
"""
NGINX = NGINX_HEAD + """  %s
  server { listen 127.0.0.1:{port} %s; location / { proxy_pass http://127.0.0.1:{inner}; proxy_http_version 1.1; proxy_set_header Connection ""; } }
}
"""
NGINX_RUN = ("nginx", "-c", "{folder}/nginx.conf", "-p", "{folder}")
NGINX_TLS = "ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;"

HAPROXY = """global
  maxconn 500
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:{port} %s
  default_backend back
backend back
  server one 127.0.0.1:{inner}
"""

CADDY = """{
  admin off
  auto_https off
}
http://:{port} {
  bind 127.0.0.1
  encode gzip
  reverse_proxy 127.0.0.1:{inner}
}
"""

APACHE_MODULES = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
                         for name in ("mpm_event", "authz_core", "proxy", "proxy_http", "deflate", "filter"))
APACHE = APACHE_MODULES + """ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
DefaultRuntimeDir {folder}
ProxyPass / http://127.0.0.1:{inner}/ retry=0
%s
"""

VARNISH = """vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "{inner}"; }
sub vcl_recv { return (pass); }
"""

LIGHTTPD = """server.modules = ("mod_proxy")
server.document-root = "{folder}"
server.bind = "127.0.0.1"
server.port = {port}
server.upload-dirs = ("{folder}")
proxy.server = ("" => (("host" => "127.0.0.1", "port" => {inner})))
"""

PHP_APACHE = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in ("mpm_prefork", "authz_core", "dir", "env", "mime")) + \
    """LoadModule php_module /usr/lib/apache2/modules/libphp8.2.so
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
DefaultRuntimeDir {folder}
PassEnv PANORA_SECRET
DocumentRoot {folder}
php_value post_max_size 16M
php_value display_errors 0
TypesConfig /dev/null
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
FallbackResource /php.php
"""

FPM = """[global]
error_log = {folder}/fpm.log
daemonize = no
[panora]
listen = 127.0.0.1:{inner}
pm = static
pm.max_children = 8
clear_env = no
php_admin_value[display_errors] = 0
php_admin_value[memory_limit] = 512M
php_admin_value[post_max_size] = 16M
"""
FPM_RUN = ["php-fpm8.2", "-F", "-R", "-y", "{folder}/fpm.conf"]
NGINX_FPM = NGINX_HEAD + """
  server { listen 127.0.0.1:{port}; location / {
    fastcgi_pass 127.0.0.1:{inner}; fastcgi_param SCRIPT_FILENAME {folder}/plain.php; fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param REQUEST_URI $request_uri;
    fastcgi_param QUERY_STRING $query_string; fastcgi_param SERVER_PROTOCOL $server_protocol; } }
}
"""
APACHE_FPM = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in ("mpm_event", "authz_core", "proxy", "proxy_fcgi")) + \
    """ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
DefaultRuntimeDir {folder}
DocumentRoot {folder}
ProxyPassMatch ^/.*$ fcgi://127.0.0.1:{inner}{folder}/plain.php
"""
CADDY_FPM = """{
  admin off
  auto_https off
}
http://:{port} {
  bind 127.0.0.1
  root * {folder}
  rewrite * /plain.php
  php_fastcgi 127.0.0.1:{inner}
}
"""
NGINX_LUA = "load_module /usr/lib/nginx/modules/ndk_http_module.so; load_module /usr/lib/nginx/modules/ngx_http_lua_module.so; env PANORA_SECRET;\n" + \
    NGINX_HEAD + "  server { listen 127.0.0.1:{port}; location / { client_body_buffer_size 1m; content_by_lua_file {folder}/endpoint.lua; } }\n}\n"
NGINX_UWSGI = NGINX_HEAD + """  server { listen 127.0.0.1:{port}; location / { uwsgi_pass 127.0.0.1:{inner}; uwsgi_param REQUEST_METHOD $request_method;
    uwsgi_param CONTENT_TYPE $content_type; uwsgi_param CONTENT_LENGTH $content_length; uwsgi_param PATH_INFO $document_uri; uwsgi_param QUERY_STRING $query_string;
    uwsgi_param SERVER_PROTOCOL $server_protocol; uwsgi_param SERVER_NAME localhost; uwsgi_param SERVER_PORT {port}; } }
}
"""
HAPROXY_GUARD = """global
  maxconn 500
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout http-request 10s
  timeout http-keep-alive 10s
  option http-buffer-request
  option forwardfor
  compression algo gzip
  compression type application/json
frontend front
  bind 127.0.0.1:{port}
  http-request deny deny_status 405 unless METH_POST
  http-request return status 415 unless { req.hdr(content-type) -m beg application/json }
  stick-table type ip size 10k expire 10s store http_req_rate(1s)
  http-request track-sc0 src
  http-request deny deny_status 429 if { sc_http_req_rate(0) gt 400 }
  default_backend back
backend back
  server one 127.0.0.1:{inner} maxconn 40
"""
APACHE_TIMED = "LoadModule reqtimeout_module /usr/lib/apache2/modules/mod_reqtimeout.so\n" + \
    APACHE % "RequestReadTimeout header=20-40,minrate=500 body=20,minrate=500\nLimitRequestBody 12582912"
VARNISH_GUARD = """vcl 4.1;
import std;
backend default { .host = "127.0.0.1"; .port = "{inner}"; .first_byte_timeout = 30s; }
sub vcl_recv {
  if (req.method != "POST") { return (synth(405, "POST only")); }
  if (std.integer(req.http.Content-Length, 0) > 12582912) { return (synth(413, "Too long")); }
  return (pass);
}
"""
CADDY_GUARD = """{
  admin off
  auto_https off
}
http://:{port} {
  bind 127.0.0.1
  request_body {
    max_size 12MB
  }
  @other not method POST
  respond @other "POST only" 405
  header -Server
  handle_path /edge/* {
    reverse_proxy 127.0.0.1:{inner} {
      header_up X-Real-IP {remote_host}
    }
  }
}
"""
CHAIN = NGINX_HEAD + """
  limit_req_zone $binary_remote_addr zone=one:1m rate=100r/s; limit_req_status 429; limit_conn_zone $binary_remote_addr zone=two:1m; limit_conn_status 429;
  server { listen 127.0.0.1:{port}; client_header_timeout 10s; client_body_timeout 10s; keepalive_timeout 65s; client_max_body_size 12m; server_tokens off;
    error_page 413 429 = @told; location @told { default_type application/json; return 429 '{"error":"$request_id"}'; }
    location / { limit_req zone=one burst=100; limit_conn two 100; proxy_request_buffering off; proxy_http_version 1.1; proxy_pass http://127.0.0.1:{inner}; } }
}
"""

RACKUP = 'require_relative "ruby"\nrun PanoraApp\n'
