package io.omendb.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/**
 * The connections to a server and the threads that serve them: a pool that grows with the answers
 * that arrive at a time and ends idle threads after a minute, and one for timeouts and pauses. They
 * are daemons: a program that forgets to close its client still ends. Safe for use by several
 * threads.
 */
final class Transport implements AutoCloseable {
    /** What the network may add to the time that a server was allowed. */
    private static final Duration NETWORK = Duration.ofSeconds(2);

    private final ClientOptions options;
    private final HttpClient http;
    private final ExecutorService pool;
    private final ScheduledThreadPoolExecutor timer;
    private final Set<Exchange<?>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private Transport(
            ClientOptions options,
            HttpClient http,
            ExecutorService pool,
            ScheduledThreadPoolExecutor timer) {
        this.options = options;
        this.http = http;
        this.pool = pool;
        this.timer = timer;
    }

    static Transport open(ClientOptions options) {
        ExecutorService pool = Executors.newCachedThreadPool(named("omen-client-"));
        ScheduledThreadPoolExecutor timer =
                new ScheduledThreadPoolExecutor(1, named("omen-client-timer-"));
        timer.setRemoveOnCancelPolicy(true);
        HttpClient.Builder http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(options.connectTimeout())
                        .followRedirects(HttpClient.Redirect.NEVER) // they would see the token
                        .executor(pool);
        SSLContext tls = options.tls();
        if (tls != null) {
            http.sslContext(tls);
        }
        return new Transport(options, http.build(), pool, timer);
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger next = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, prefix + next.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Sends a request, again where that may help. Cancelling the future ends all work for it. */
    <T> CompletableFuture<T> send(Call<T> call) {
        Exchange<T> exchange = new Exchange<>(this, call);
        open.add(exchange);
        CompletableFuture<T> result = exchange.result();
        var unused = result.whenComplete((value, failure) -> open.remove(exchange));
        if (closed) {
            exchange.close();
        } else {
            exchange.start();
        }
        return result;
    }

    ClientOptions options() {
        return options;
    }

    HttpClient http() {
        return http;
    }

    /** Runs work after a while, on the pool: it may call programs' own code. */
    Future<?> later(Runnable work, Duration delay) {
        return timer.schedule(() -> onPool(work), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Here, where the pool takes none, as when there are no threads to be had: it is waited for.
     */
    private void onPool(Runnable work) {
        try {
            pool.execute(work);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            work.run();
        }
    }

    /** How long one try may take. */
    Duration timeout(Call<?> call) {
        Duration allowed = call.serverTimeout();
        if (allowed == null || allowed.plus(NETWORK).compareTo(options.requestTimeout()) <= 0) {
            return options.requestTimeout();
        }
        return allowed.plus(NETWORK);
    }

    HttpRequest request(Call<?> call) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(options.root() + call.path()))
                        .header("accept", "application/json")
                        .header("user-agent", options.userAgent());
        String token = options.bearerToken();
        if (token != null) {
            request.header("authorization", "Bearer " + token);
        }
        byte[] body = call.body();
        if (body == null) {
            return request.method(call.method(), BodyPublishers.noBody()).build();
        }
        return request.header("content-type", "application/json")
                .method(call.method(), BodyPublishers.ofByteArray(body))
                .build();
    }

    /** Calls under way fail with CLOSED; idle connections end with the garbage collector. */
    @Override
    public void close() {
        closed = true;
        open.forEach(Exchange::close);
        timer.shutdownNow();
        pool.shutdown();
    }
}
