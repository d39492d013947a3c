// Endpoints on com.sun.net.httpserver with one mistake each, or several ("a+b"): java Endpoint.java MODES PORT SECRET. See table.json.
import com.sun.net.httpserver.*;
import java.io.*;
import java.net.InetSocketAddress;
import java.nio.charset.*;
import java.security.MessageDigest;
import java.util.*;
import java.util.concurrent.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Endpoint {
    static Set<String> modes;
    static String secret;
    static boolean is(String... names) { for (String n : names) if (modes.contains(n)) return true; return false; }

    static String hex(byte[] b) { StringBuilder s = new StringBuilder(); for (byte x : b) s.append(String.format("%02x", x)); return s.toString(); }
    static String hmac(byte[] message, byte[] key, String algorithm) throws Exception {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key, algorithm));
        byte[] out = mac.doFinal(message);
        return is("base64") ? Base64.getEncoder().encodeToString(out) : is("new-string") ? new String(out, StandardCharsets.US_ASCII) : is("signed-hex") ? signedHex(out) : hex(out);
    }
    // Integer.toHexString of each byte: drops leading zeros
    static String signedHex(byte[] b) { StringBuilder s = new StringBuilder(); for (byte x : b) s.append(Integer.toHexString(x & 0xff)); return s.toString(); }

    // The text of the value of "data" as JSON.stringify writes it, for what Panora's own writer wrote
    static String dataOf(String body) {
        int at = body.indexOf("\"data\":");
        if (at < 0) return null;
        at += 7;
        while (at < body.length() && body.charAt(at) == ' ') at++;
        int start = at, depth = 0; boolean text = false;
        for (; at < body.length(); at++) {
            char c = body.charAt(at);
            if (text) { if (c == '\\') at++; else if (c == '"') { text = false; if (depth == 0) return body.substring(start, at + 1); } continue; }
            if (c == '"') text = true;
            else if (c == '{' || c == '[') depth++;
            else if (c == '}' || c == ']') { if (depth == 0) return body.substring(start, at); if (--depth == 0) return body.substring(start, at + 1); }
            else if (c == ',' && depth == 0) return body.substring(start, at);
        }
        return null;
    }
    static int served = 0;
    static void handle(HttpExchange x) throws Exception {
        if (!x.getRequestMethod().equals("POST") && !is("any-method")) { x.sendResponseHeaders(405, -1); return; }
        byte[] raw = is("available") ? x.getRequestBody().readNBytes(x.getRequestBody().available()) : x.getRequestBody().readAllBytes();
        Charset in = is("platform-charset") ? StandardCharsets.US_ASCII : is("iso") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
        String body = new String(raw, in);
        String data = dataOf(body);
        if (data == null) { if (is("npe")) data.length(); x.sendResponseHeaders(400, -1); return; }
        byte[] message = is("raw") ? raw : is("trimmed-body") ? body.trim().getBytes("UTF-8") : data.getBytes(is("utf16") ? StandardCharsets.UTF_16LE : is("out-ascii") ? StandardCharsets.US_ASCII : is("iso") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        if (is("unquoted") && data.startsWith("\"")) message = data.substring(1, data.length() - 1).getBytes("UTF-8");
        byte[] key = is("key-base64") ? Base64.getDecoder().decode(secret.replaceAll("[^A-Za-z0-9+/]", "").substring(0, 32)) : is("key-trim") ? secret.trim().getBytes("UTF-8") : is("key-utf16") ? secret.getBytes(StandardCharsets.UTF_16LE) : secret.getBytes("UTF-8");
        String right = hmac(message, key, is("sha384") ? "HmacSHA384" : is("sha512") ? "HmacSHA512" : is("sha1") ? "HmacSHA1" : "HmacSHA256");
        String given = x.getRequestHeaders().getFirst(is("x-header") ? "X-Webhook-Signature" : "Panora-Signature");
        if (given == null && !is("npe")) { x.sendResponseHeaders(401, -1); return; }
        boolean ok = is("message-digest") ? MessageDigest.isEqual(hexBytes(given), hexBytes(right)) : is("starts") ? right.startsWith(given) : is("hash-code") ? given.hashCode() == right.hashCode() : is("region") ? given.regionMatches(true, 0, right, 0, 24) : is("equals-ic") ? given.equalsIgnoreCase(right) : is("npe") ? given.equals(right) : right.equals(given);
        if (!ok) { if (is("exception-page")) { byte[] page = trace(new SecurityException("signature mismatch")).getBytes(); x.sendResponseHeaders(500, page.length); x.getResponseBody().write(page); return; } x.sendResponseHeaders(401, -1); return; }
        if (is("sync-work")) synchronized (Endpoint.class) { Thread.sleep(60); }
        if (is("every-6th") && ++served % 6 == 0) { x.sendResponseHeaders(503, -1); return; }
        if (is("int-parse") && body.matches("(?s).*[:\\[,]\\d{10,}[,}\\]].*")) throw new NumberFormatException();
        if (is("long-body") && raw.length > 512 * 1024) { x.sendResponseHeaders(413, -1); return; }
        x.sendResponseHeaders(is("created") ? 201 : 204, -1);
    }
    static byte[] hexBytes(String s) { byte[] b = new byte[s.length() / 2]; for (int i = 0; i < b.length; i++) b[i] = (byte) Integer.parseInt(s.substring(2 * i, 2 * i + 2), 16); return b; }
    static String trace(Exception e) { StringWriter w = new StringWriter(); e.printStackTrace(new PrintWriter(w)); return w.toString(); }

    public static void main(String[] args) throws Exception {
        modes = new HashSet<>(Arrays.asList(args[0].split("\\+")));
        secret = args[2];
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[1])), 128);
        server.createContext("/webhook", x -> {
            try { handle(x); }
            catch (Throwable e) { try { byte[] page = (is("trace") ? trace(new RuntimeException(e)) : "error").getBytes(); x.sendResponseHeaders(500, page.length); x.getResponseBody().write(page); } catch (IOException late) { } }
            finally { x.close(); }
        });
        server.setExecutor(is("one-thread") ? null : Executors.newFixedThreadPool(is("two-threads") ? 2 : 16));
        server.start();
        System.out.println("READY");
    }
}
