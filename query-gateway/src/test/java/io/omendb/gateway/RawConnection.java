package io.omendb.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A connection on which anything can be sent, as no HTTP client would. */
final class RawConnection implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    RawConnection(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = socket.getInputStream();
    }

    /** Sends text whose lines end with a bare newline here. */
    RawConnection send(String lines) throws IOException {
        return sendExactly(lines.replace("\n", "\r\n").replace('\'', '"'));
    }

    RawConnection sendExactly(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        return this;
    }

    /** Sends a piece every few milliseconds, until this or the other side ends the connection. */
    RawConnection drip(String piece, int everyMs) {
        Thread thread = new Thread(() -> dripping(piece, everyMs), "drip");
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    private void dripping(String piece, int everyMs) {
        try {
            while (!socket.isClosed()) {
                sendExactly(piece);
                TimeUnit.MILLISECONDS.sleep(everyMs);
            }
        } catch (IOException | InterruptedException e) {
            // the connection has ended, which is what it waited for
        }
    }

    /** Says that nothing more will be sent, and still reads. */
    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** One answer: head and as much body as content-length says; what there is if it ends. */
    String answer() throws IOException {
        StringBuilder text = new StringBuilder();
        while (!text.toString().endsWith("\r\n\r\n")) {
            int next = read();
            if (next < 0) {
                return text.toString();
            }
            text.append((char) next);
        }
        int length = 0;
        for (String line : text.toString().split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).trim());
            }
        }
        return text + new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    /** Whether the other side has ended the connection; waits for that. */
    boolean ends() throws IOException {
        int next = read();
        while (next >= 0) {
            next = read();
        }
        return true;
    }

    private int read() throws IOException {
        try {
            return in.read();
        } catch (SocketException e) {
            return -1; // reset: also an end
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
