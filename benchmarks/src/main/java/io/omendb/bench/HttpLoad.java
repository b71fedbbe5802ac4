package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.hc.core5.http.HttpStatus;

/**
 * Clients that search a collection at rest, each on a connection of its own, and look at what they
 * are answered: the same hits as when nobody else asked, a refusal, or something that must not be.
 */
final class HttpLoad {
    private static final byte[] HITS = "\"hits\":[".getBytes(StandardCharsets.US_ASCII);
    private static final int TOO_MANY_REQUESTS = 429;

    private final URI gateway;
    private final String collection;
    private final List<byte[]> requests;
    private final List<byte[]> expected = new ArrayList<>();

    HttpLoad(URI gateway, String collection, List<byte[]> requests) {
        this.gateway = gateway;
        this.collection = collection;
        this.requests = requests;
    }

    /** Asks everything once, one after the other: what later answers are held against. */
    void learn() {
        try (HttpSearch http = new HttpSearch(gateway, collection)) {
            for (byte[] request : requests) {
                expected.add(hits(http.send(request)));
            }
        }
    }

    /**
     * Runs clients.
     *
     * @param clients at a time
     * @param perSecond searches they begin together; a client that is behind begins at once. 0 for
     *     back to back
     */
    LoadResult run(int clients, double perSecond, double seconds) throws InterruptedException {
        ExecutorService threads =
                Executors.newFixedThreadPool(
                        clients, task -> new Thread(task, "omen-bench-search"));
        long begin = System.nanoTime();
        try {
            List<Future<LoadResult>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int client = i;
                running.add(
                        threads.submit(() -> search(client, clients, perSecond, begin, seconds)));
            }
            LoadResult all = new LoadResult(seconds);
            for (Future<LoadResult> one : running) {
                all.add(one.get());
            }
            return all;
        } catch (ExecutionException e) {
            throw new OmenException(ErrorCode.INTERNAL, "a search failed: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
    }

    private LoadResult search(
            int client, int clients, double perSecond, long begin, double seconds) {
        LoadResult result = new LoadResult(seconds);
        long end = begin + (long) (seconds * 1e9);
        double interval = perSecond == 0 ? 0 : 1e9 * clients / perSecond;
        int first = client * requests.size() / clients;
        try (HttpSearch http = new HttpSearch(gateway, collection)) {
            for (int n = 0; ; n++) {
                long due = begin + (long) (interval * (n + (double) client / clients));
                awaitNanos(due);
                long start = System.nanoTime();
                if (start >= end) {
                    return result;
                }
                int query = (first + n) % requests.size();
                HttpSearch.Reply reply = http.exchange(requests.get(query));
                long nanos = System.nanoTime() - start;
                if (reply.status() == HttpStatus.SC_OK) {
                    result.accepted(nanos, isExpected(query, reply.body()));
                } else {
                    result.refused(nanos, isRefusal(reply.status()), reply.status());
                }
            }
        }
    }

    private static void awaitNanos(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static boolean isRefusal(int status) {
        return status == TOO_MANY_REQUESTS || status == HttpStatus.SC_SERVICE_UNAVAILABLE;
    }

    private boolean isExpected(int query, byte[] answer) {
        return expected.isEmpty() || Arrays.equals(expected.get(query), hits(answer));
    }

    /** The part of an answer that is the same each time. */
    private static byte[] hits(byte[] answer) {
        int from = indexOf(answer, HITS);
        int to = from;
        while (to < answer.length && answer[to] != ']') {
            to++;
        }
        return Arrays.copyOfRange(answer, from, to);
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        int length = part.length;
        for (int i = 0; i + length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + length, part, 0, length)) {
                return i;
            }
        }
        return bytes.length;
    }
}
