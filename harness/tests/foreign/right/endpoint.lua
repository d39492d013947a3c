-- A right endpoint in nginx itself: ngx_http_lua, cjson and OpenSSL by FFI. PANORA_SECRET is the secret.
local cjson = require "cjson.safe"
local ffi = require "ffi"
ffi.cdef [[
  const void *EVP_sha256(void);
  unsigned char *HMAC(const void *md, const void *key, int key_len, const unsigned char *d, size_t n, unsigned char *out, unsigned int *len);
]]
local crypto = ffi.load("crypto.so.3")
local secret = os.getenv("PANORA_SECRET")

local function hmac(text)
  local out = ffi.new("unsigned char[32]")
  crypto.HMAC(crypto.EVP_sha256(), secret, #secret, text, #text, out, nil)
  return (ffi.string(out, 32):gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local SHORT = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

-- As JSON.stringify writes a text.
local function quote(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return SHORT[c] or (c ~= "\127" and ("\\u%04x"):format(c:byte()) or c) end) .. '"'
end

local function same(left, right)
  if #left ~= #right then return false end
  local bit = require "bit"
  local odd = 0
  for i = 1, #left do odd = bit.bor(odd, bit.bxor(left:byte(i), right:byte(i))) end
  return odd == 0
end

local function judge()
  if ngx.req.get_method() ~= "POST" then return 405 end
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  if not body then
    local name = ngx.req.get_body_file()
    local file = name and io.open(name, "rb")
    body = file and file:read("*a") or ""
    if file then file:close() end
  end
  local event = cjson.decode(body)
  if type(event) ~= "table" or type(event.data) ~= "string" then return 400 end
  local given = ngx.req.get_headers()["Panora-Signature"]
  return type(given) == "string" and same(given, hmac(quote(event.data))) and 200 or 401
end

ngx.status = judge()
ngx.header.content_type = "application/json"
ngx.say(cjson.encode({ status = ngx.status, id = ngx.var.request_id, at = ngx.now() }))
