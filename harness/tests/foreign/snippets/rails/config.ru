# The smallest real Rails application around the controller in app/controllers.
require "action_controller/railtie"

class Application < Rails::Application
  config.root = __dir__
  config.eager_load = true # the controller is read at the start, and lies in app/controllers
  config.secret_key_base = "0" * 64
  config.logger = Logger.new($stderr, level: Logger::ERROR)
end
Rails.application.initialize!
Rails.application.routes.draw { post "/panora", to: "panora#create" }
run Rails.application
