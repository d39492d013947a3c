// A right endpoint on the JDK's own server and in Jetty: java Endpoint KIND PORT. PANORA_SECRET is the secret; PanoraSignature.java lies beside.
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.Executors;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;

public class Endpoint {
    private static final int LIMIT = 12 * 1024 * 1024;
    private static final byte[] SECRET = System.getenv("PANORA_SECRET").getBytes(StandardCharsets.UTF_8);

    static int judge(String method, byte[] body, String signature) {
        return !method.equals("POST") ? 405 : body.length > LIMIT ? 413 : signature == null || !PanoraSignature.verify(SECRET, body, signature) ? 401 : 200;
    }

    static byte[] told(int status) {
        return ("{\"status\":" + status + ",\"trace\":\"" + UUID.randomUUID() + "\",\"at\":" + System.currentTimeMillis() + "}").getBytes(StandardCharsets.UTF_8);
    }

    public static class Panora extends HttpServlet {
        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            int status = judge(request.getMethod(), request.getInputStream().readNBytes(LIMIT + 1), request.getHeader("Panora-Signature"));
            response.setStatus(status);
            response.setContentType("application/json");
            response.getOutputStream().write(told(status));
        }
    }

    static void jdk(int port) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 100);
        server.setExecutor(Executors.newFixedThreadPool(16));
        server.createContext("/hooks", exchange -> {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readNBytes(LIMIT + 1);
                int status = judge(exchange.getRequestMethod(), body, exchange.getRequestHeaders().getFirst("Panora-Signature"));
                byte[] told = told(status);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(status, told.length);
                exchange.getResponseBody().write(told);
            }
        });
        server.start();
    }

    static void jetty(int port) throws Exception {
        Server server = new Server(new InetSocketAddress("127.0.0.1", port));
        ServletContextHandler context = new ServletContextHandler();
        context.addServlet(new ServletHolder(new Panora()), "/hooks");
        server.setHandler(context);
        server.start();
    }

    public static void main(String[] words) throws Exception {
        if (words[0].equals("jetty")) jetty(Integer.parseInt(words[1]));
        else jdk(Integer.parseInt(words[1]));
    }
}
