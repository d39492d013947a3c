# frozen_string_literal: true

# A right endpoint in Ruby: Sinatra, and plain WEBrick. ruby endpoint.rb KIND PORT, or from a config.ru.
# PANORA_SECRET is the secret; panora_signature.rb lies beside this file.
require "json"
require "securerandom"
require_relative "panora_signature"

SECRET = ENV.fetch("PANORA_SECRET")

def told(status)
  [status, { "Content-Type" => "application/json" }, [JSON.generate(status: status, id: SecureRandom.uuid, at: Time.now.to_f)]]
end

def judge(method, body, signature)
  return told(405) unless method == "POST"
  return told(413) if body.bytesize > 12 * 1024 * 1024

  told(PanoraSignature.verify(SECRET, body, signature) ? 200 : 401)
end

RackApp = ->(env) { judge(env["REQUEST_METHOD"], env["rack.input"]&.read.to_s, env["HTTP_PANORA_SIGNATURE"]) }

def sinatra
  require "sinatra/base"
  Class.new(Sinatra::Base) do
    set :environment, :production
    set :protection, except: [:json_csrf]
    post("/hooks/panora/?") { judge("POST", request.body.read, request.env["HTTP_PANORA_SIGNATURE"]) }
  end
end

if $PROGRAM_NAME == __FILE__
  require "webrick"
  server = WEBrick::HTTPServer.new(BindAddress: "127.0.0.1", Port: ARGV[1].to_i, AccessLog: [], Logger: WEBrick::Log.new(File::NULL), MaxClients: 200)
  server.mount_proc("/") do |request, response|
    status, headers, body = judge(request.request_method, request.body.to_s, request["Panora-Signature"])
    response.status = status
    headers.each { |name, value| response[name] = value }
    response.body = body.join
  end
  server.start
end
