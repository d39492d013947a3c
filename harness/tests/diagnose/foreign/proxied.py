#!/usr/bin/env python3
"""A right endpoint on node:http behind a proxy with one mistake: proxied.py PROXY MODES PORT SECRET. See table.json."""
import os, signal, socket, subprocess, sys, tempfile, time
PROXY, MODES, PORT, SECRET = sys.argv[1:5]
modes = MODES.split("+")
def has(*names): return any(n in modes for n in names)
here = os.path.dirname(os.path.abspath(__file__))
node = os.path.join(here, "node.mjs")
folder = tempfile.mkdtemp()
os.chmod(folder, 0o755)
children = []
def stop(*_):
    for child in children: child.terminate()
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
def wait(port):
    for _ in range(200):
        try: return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError: time.sleep(0.05)
up = free_port()
inner = next((m[3:] for m in modes if m.startswith("up-")), "right")
children.append(subprocess.Popen(["node", node, inner, str(up), SECRET], stdout=subprocess.DEVNULL))
up2 = None
if has("two-upstreams"):
    up2 = free_port()
    children.append(subprocess.Popen(["node", node, "key-other", str(up2), SECRET], stdout=subprocess.DEVNULL))
wait(up)
def write(name, text):
    with open(os.path.join(folder, name), "w") as f: f.write(text)
    return os.path.join(folder, name)
if PROXY == "nginx":
    http, server, location = [], [], []
    if has("limit-req"): http.append("limit_req_zone $binary_remote_addr zone=a:1m rate=20r/s;"); location.append("limit_req zone=a burst=5 nodelay;")
    if has("limit-req-429"): http.append("limit_req_zone $binary_remote_addr zone=a:1m rate=10r/s;"); location.append("limit_req zone=a burst=10 nodelay; limit_req_status 429;")
    if has("limit-req-delay"): http.append("limit_req_zone $binary_remote_addr zone=a:1m rate=40r/s;"); location.append("limit_req zone=a burst=20;")
    if has("limit-conn"): http.append("limit_conn_zone $binary_remote_addr zone=b:1m;"); location.append("limit_conn b 2;")
    if has("cache"): http.append(f"proxy_cache_path {folder}/cache keys_zone=c:1m;"); location.append("proxy_cache c; proxy_cache_methods GET HEAD POST; proxy_cache_key $uri; proxy_cache_valid 200 204 10m;")
    if has("body-default"): server.append("client_max_body_size 1m;")
    else: server.append("client_max_body_size 64m;")
    if has("body-64k"): server[-1] = "client_max_body_size 64k;"
    if has("headers-1k"): server.append("large_client_header_buffers 2 1k; client_header_buffer_size 512;")
    if has("strip"): location.append('proxy_set_header Panora-Signature "";')
    if has("rename"): location.append('proxy_set_header Panora-Signature ""; proxy_set_header X-Panora-Signature $http_panora_signature;')
    if has("ua"): server.append('if ($http_user_agent ~* "axios|bot|curl") { return 403; }')
    if has("ua-drop"): server.append('if ($http_user_agent ~* "axios|bot|curl") { return 444; }')
    if has("no-ua"): server.append('if ($http_user_agent = "") { return 403; }')
    if has("only-get"): location.append("limit_except GET { deny all; }")
    if has("return-200"): location.append('return 200 "ok";')
    if has("maintenance"): location.append("return 503;")
    if has("https"): server.append("return 301 https://$host$request_uri;")
    if has("www"): server.append("if ($host != 'www.example.com') { return 308 http://www.example.com$request_uri; }")
    if has("slash"): server.append("rewrite ^(/webhook)$ $1/ permanent;")
    if has("basic"): location.append(f'auth_basic "x"; auth_basic_user_file {write("users", "a:b")};')
    if has("slow-504"): location.append("proxy_read_timeout 1s;")
    if has("dead-upstream"): up = free_port()
    if has("get-upstream"): location.append("proxy_method GET; proxy_pass_request_body off; proxy_set_header Content-Length "";")
    if has("error-200"): location.append("proxy_intercept_errors on; error_page 401 400 405 =200 /ok;"); server.append("location = /ok { internal; return 200 'ok'; }")
    if has("host"): server.append("if ($host !~ ^(localhost|hooks\\.example\\.com)$) { return 444; }")
    if has("decode"): location.append("gzip on; gzip_min_length 0; gzip_types *;")
    if has("sub"): location.append("rewrite ^ /other break;")
    upstream = f"server 127.0.0.1:{up};" + (f" server 127.0.0.1:{up2};" if up2 else "")
    conf = f"""user root; worker_processes {2 if has('two') else 1}; daemon off; pid {folder}/pid; error_log /dev/null;
events {{}} http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{' '.join(http)} upstream app {{ {upstream} keepalive 8; }}
server {{ listen 127.0.0.1:{PORT}; {' '.join(server)} location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; {' '.join(location)} }} }} }}"""
    command = ["nginx", "-e", "/dev/null", "-p", folder, "-c", write("nginx.conf", conf)]
elif PROXY == "haproxy":
    front = []
    if has("ua"): front.append("http-request deny deny_status 403 if { hdr_sub(user-agent) -i axios }")
    if has("rate"): front += ["stick-table type ip size 1k expire 10s store http_req_rate(1s)", "http-request track-sc0 src", "http-request deny deny_status 429 if { sc_http_req_rate(0) gt 20 }"]
    if has("drop-rate"): front += ["stick-table type ip size 1k expire 10s store http_req_rate(1s)", "http-request track-sc0 src", "http-request silent-drop if { sc_http_req_rate(0) gt 20 }"]
    if has("conn-rate"): front += ["stick-table type ip size 1k expire 10s store conn_cur", "tcp-request connection track-sc0 src", "tcp-request connection reject if { sc_conn_cur(0) gt 3 }"]
    if has("tarpit"): front.append("http-request tarpit deny_status 500 if { hdr_sub(user-agent) -i axios }")
    if has("body-wait"): front.append("http-request deny deny_status 413 if { req.body_size gt 65536 }")
    if has("no-signature-header"): front.append("http-request del-header Panora-Signature")
    if has("json-type"): front.append("http-request deny deny_status 415 if !{ hdr(content-type) -m str application/json;charset=utf-8 }")
    if has("path"): front.append("http-request deny deny_status 404 if !{ path_beg /api/ }")
    if has("lower"): front.append("http-request set-header Panora-Signature %[req.hdr(panora-signature),upper]")
    if has("redirect"): front.append("http-request redirect scheme https code 302")
    servers = [f"server a 127.0.0.1:{up}"] + ([f"server b 127.0.0.1:{up2}"] if up2 else []) + ([f"server c 127.0.0.1:{free_port()}"] if has("dead-third") else [])
    conf = f"""defaults
  mode http
  timeout connect 1s
  timeout client {'1s' if has('client-1s') else '60s'}
  timeout server {'1s' if has('server-1s') else '60s'}
  timeout tarpit 5s
  retries 0
frontend f
  bind 127.0.0.1:{PORT}
  option http-buffer-request
  {(chr(10) + '  ').join(front)}
  default_backend b
backend b
  balance roundrobin
  {(chr(10) + '  ').join(servers)}
"""
    command = ["haproxy", "-f", write("haproxy.cfg", conf), "-db", "-q"]
elif PROXY == "caddy":
    inside = []
    if has("limit"): inside.append("request_body {\n max_size 100KB\n}")
    if has("respond"): inside.append('respond "ok" 200')
    if has("match"): inside.append("@get method GET\n respond @get 200")
    if has("ua"): inside.append('@bad header User-Agent *axios*\n respond @bad 403')
    if has("auth"): inside.append("basicauth {\n a JDJhJDE0JE9XTGdLSUFZQ3RzV0Z1a2xpMkZxS3VKWmZ1TTFGRHpWQW1aV3pLUjZzNEtOSWs2c09HdlhX\n}")
    inside.append("reverse_proxy 127.0.0.1:%d {\n%s\n}" % (up, "header_up -Panora-Signature" if has("strip") else ""))
    conf = "{\n admin off\n auto_https off\n log {\n output discard\n }\n}\nhttp://127.0.0.1:%s%s {\n bind 127.0.0.1\n%s\n}\n" % (PORT, "", "\n".join(inside))
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", write("Caddyfile", conf)]
elif PROXY == "apache":
    lines = ["RequestHeader unset Panora-Signature"] if has("strip") else []
    if has("limit"): # LimitRequestBody holds for proxied requests in some versions only
        lines.append('RewriteEngine On\nRewriteCond expr "%{HTTP:Content-Length} -gt 102400"\nRewriteRule .* - [R=413,L]')
    if has("fields"): lines.append("LimitRequestFieldSize 200")
    if has("ua"): lines.append('RewriteEngine On\nRewriteCond %{HTTP_USER_AGENT} axios [NC]\nRewriteRule .* - [F]')
    if has("http10"): lines.append("SetEnv force-proxy-request-1.0 1")
    mods = "\n".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so" for m in ("mpm_event", "proxy", "proxy_http", "headers", "rewrite", "authz_core", "env"))
    conf = f"ServerRoot {folder}\nServerName x\nPidFile {folder}/pid\nErrorLog /dev/null\nDefaultRuntimeDir {folder}\n{mods}\nListen 127.0.0.1:{PORT}\nProxyPass / http://127.0.0.1:{up}/\n" + "\n".join(lines) + "\n"
    command = ["apache2", "-D", "FOREGROUND", "-f", write("apache.conf", conf)]
elif PROXY == "varnish":
    vcl = f"""vcl 4.1; import std; backend b {{ .host = "127.0.0.1"; .port = "{up}"; }}
sub vcl_recv {{ {'return (hash);' if has('cache-post') else 'return (pipe);' if has('pipe') else 'if (req.method == "POST") { std.cache_req_body(100KB); return (pass); }' } }}
sub vcl_backend_fetch {{ {'set bereq.method = "GET";' if has('as-get') else ''} }}
sub vcl_backend_response {{ {'set beresp.ttl = 10m; unset beresp.http.Set-Cookie;' if has('cache-post') else ''} }}"""
    command = ["varnishd", "-F", "-a", f"127.0.0.1:{PORT}", "-f", write("v.vcl", vcl), "-n", folder + "/v", "-s", "malloc,32m"]
children.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL if not os.environ.get("LOUD") else None))
wait(int(PORT))
print("READY", flush=True)
children[-1].wait()
stop()
