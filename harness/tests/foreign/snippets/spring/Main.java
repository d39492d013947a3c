// The smallest real Spring MVC application around the controller in PanoraController.java, on Jetty.
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;
import org.springframework.context.support.PropertySourcesPlaceholderConfigurer;
import org.springframework.web.context.support.GenericWebApplicationContext;
import org.springframework.context.annotation.AnnotationConfigUtils;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

public class Main {
    public static void main(String[] arguments) throws Exception {
        GenericWebApplicationContext context = new GenericWebApplicationContext();
        AnnotationConfigUtils.registerAnnotationConfigProcessors(context);
        for (Class<?> bean : new Class<?>[] {PropertySourcesPlaceholderConfigurer.class, RequestMappingHandlerMapping.class,
                                             RequestMappingHandlerAdapter.class, PanoraController.class})
            context.registerBeanDefinition(bean.getSimpleName(), new RootBeanDefinition(bean));
        ServletHolder spring = new ServletHolder(new DispatcherServlet(context));
        spring.setInitOrder(0);
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.parseInt(System.getenv("PORT")));
        server.addConnector(connector);
        ServletContextHandler handler = new ServletContextHandler();
        context.setServletContext(handler.getServletContext());
        handler.addServlet(spring, "/");
        server.setHandler(handler);
        server.start();
        if (!context.isActive()) System.exit(1);
        server.join();
    }
}
