# The smallest real Rails application around the controller in panora_controller.rb.
require "action_controller/railtie"

class Application < Rails::Application
  config.root = __dir__
  config.eager_load = false
  config.secret_key_base = "0" * 64
  config.logger = Logger.new($stderr, level: Logger::ERROR)
end
Rails.application.initialize!
require_relative "panora_controller"
Rails.application.routes.draw { post "/panora", to: "panora#create" }
run Rails.application
