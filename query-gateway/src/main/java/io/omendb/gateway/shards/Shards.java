package io.omendb.gateway.shards;

import com.google.common.util.concurrent.ListenableFuture;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.shards.InlineSearches.Place;
import io.omendb.protocol.LocalShard;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import io.omendb.protocol.ShardTls;
import io.omendb.protocol.v1.ShardServiceGrpc;
import io.omendb.protocol.v1.ShardServiceGrpc.ShardServiceFutureStub;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Asks every shard of the job the same and gathers the answers. Never waits, though an event loop
 * may make a quick search itself. Safe for use by any thread.
 */
public final class Shards implements AutoCloseable {
    private final ShardDirectory directory;
    private final Channels channels;
    private final Unreachable unreachable;
    private final SearchLimit limit;
    private final InlineSearches inline;
    private final Deadlines deadlines = new Deadlines();

    private Shards(
            ShardDirectory directory,
            Channels channels,
            Unreachable unreachable,
            SearchLimit limit) {
        this.directory = directory;
        this.channels = channels;
        this.unreachable = unreachable;
        this.limit = limit;
        this.inline = new InlineSearches(limit.turns(), Runtime.getRuntime().availableProcessors());
    }

    /**
     * The directory stays the caller's to close.
     *
     * @param limit of what {@link #search} asks for
     * @param tls how shards of other processes are spoken to; null for plain text
     */
    public static Shards open(ShardDirectory directory, SearchLimit limit, @Nullable ShardTls tls) {
        return new Shards(directory, Channels.open(tls), new Unreachable(tls != null), limit);
    }

    /** How many shards the job has; 0 while none is known. */
    public int count() {
        return total(directory.shards());
    }

    /** Whether every shard of the job is known. */
    public boolean areComplete() {
        List<ShardAddress> known = directory.shards();
        return !known.isEmpty() && known.size() == total(known);
    }

    /**
     * How many shards are known, and of how many: {@code 1 of 2 shards are known}, and why that is
     * all, where it is not the job's doing.
     */
    public String known() {
        List<ShardAddress> known = directory.shards();
        String problem = directory.problem();
        return known.size()
                + " of "
                + (known.isEmpty() ? "an unknown number of" : total(known))
                + " shards are known"
                + (problem == null ? "" : " (" + problem + ")");
    }

    /**
     * Asks every shard. Calls under way are cancelled once nobody waits for the answer.
     *
     * @param allowPartial whether some shards may fail, as long as one answers
     * @return fails with the reason of a shard that refused the request, else with UNAVAILABLE, or
     *     what a shard failed with
     */
    public <T> CompletableFuture<Gathered<T>> ask(
            Deadline deadline,
            boolean allowPartial,
            Function<ShardServiceFutureStub, ListenableFuture<T>> question) {
        return ask(new Audience(deadline, allowPartial, null), question);
    }

    /** Asks some shards, as the other method asks all. */
    public <T> CompletableFuture<Gathered<T>> ask(
            Audience audience, Function<ShardServiceFutureStub, ListenableFuture<T>> question) {
        return ask(asked(audience), audience.deadline(), audience.allowPartial(), question);
    }

    /** The shards to ask. Channels stay open to all that are known: others ask those meanwhile. */
    private List<ShardAddress> asked(Audience audience) {
        List<ShardAddress> known = directory.shards();
        channels.keep(known);
        return audience.among(known);
    }

    private <T> CompletableFuture<Gathered<T>> ask(
            List<ShardAddress> known,
            Deadline deadline,
            boolean allowPartial,
            Function<ShardServiceFutureStub, ListenableFuture<T>> question) {
        int total = total(known);
        if (known.isEmpty() || (known.size() < total && !allowPartial)) {
            return CompletableFuture.failedFuture(
                    new OmenException(
                            ErrorCode.UNAVAILABLE,
                            known() + ": the job is starting, recovering, or not running."));
        }
        if (deadline.gone().hasHappened()) {
            return CompletableFuture.failedFuture(Gathering.abandoned());
        }
        Gathering<T> gathering =
                new Gathering<>(known, total, allowPartial, directory, unreachable);
        cancelInVain(deadline, gathering);
        for (int i = 0; i < known.size(); i++) {
            gathering.expect(i, question.apply(stub(known.get(i), deadline)));
        }
        deadlines.watch(gathering, deadline);
        return gathering.result();
    }

    /**
     * Asks shards to search, as {@link #ask} does, unless too many searches are under way.
     *
     * @param quick what an event loop may make itself; null for what other threads are to make
     * @param tookUs microseconds that a shard says it worked on it
     * @return fails with OVERLOADED, too, by the gateway or by a shard
     */
    public <T> CompletableFuture<Gathered<T>> search(
            Audience audience,
            @Nullable Quick<T> quick,
            Function<ShardServiceFutureStub, ListenableFuture<T>> question,
            ToLongFunction<T> tookUs) {
        List<ShardAddress> known = asked(audience);
        Deadline deadline = audience.deadline();
        boolean allowPartial = audience.allowPartial();
        Place place = quick == null ? Place.ELSEWHERE : place(quick.kind(), known);
        if (known.size() > 1) {
            limit.places().count(place);
        }
        CompletableFuture<Gathered<T>> asked =
                quick == null || place == Place.ELSEWHERE
                        ? searchElsewhere(known, deadline, allowPartial, question, tookUs)
                        : searchInline(
                                place, quick.kind(), known, deadline, allowPartial, question);
        if (quick == null) {
            return asked;
        }
        return asked.whenComplete(
                (gathered, failure) -> {
                    if (failure == null) {
                        inline.worked(quick.kind(), worked(gathered, quick.workUs()).sum());
                    }
                });
    }

    private Place place(String kind, List<ShardAddress> known) {
        return known.stream().allMatch(LocalShard::isServed)
                ? inline.place(kind, known.size(), limit.inFlight())
                : Place.ELSEWHERE;
    }

    private <T> CompletableFuture<Gathered<T>> searchInline(
            Place place,
            String kind,
            List<ShardAddress> known,
            Deadline deadline,
            boolean allowPartial,
            Function<ShardServiceFutureStub, ListenableFuture<T>> question) {
        int offered = place == Place.SPREAD ? Math.max(0, known.size() - 1) : 0;
        int taken = inline.begin(place, known.size());
        try {
            return LocalShard.inline(
                    offered,
                    inline.usualNanos(kind),
                    () -> ask(known, deadline, allowPartial, question));
        } finally {
            inline.end(taken);
        }
    }

    private <T> CompletableFuture<Gathered<T>> searchElsewhere(
            List<ShardAddress> known,
            Deadline deadline,
            boolean allowPartial,
            Function<ShardServiceFutureStub, ListenableFuture<T>> question,
            ToLongFunction<T> tookUs) {
        try {
            limit.enter();
        } catch (OmenException e) {
            return CompletableFuture.failedFuture(e);
        }
        long start = System.nanoTime();
        CompletableFuture<Gathered<T>> asked;
        try {
            asked = ask(known, deadline, allowPartial, question);
        } catch (RuntimeException e) {
            limit.left();
            throw e;
        }
        return asked.whenComplete(
                (gathered, failure) -> {
                    if (failure == null) {
                        // The others' answers waited for that of the shard that took longest.
                        long slowest = worked(gathered, tookUs).max().orElse(0);
                        limit.answered(System.nanoTime() - start - slowest);
                    } else if (failure instanceof OmenException e
                            && e.code() == ErrorCode.OVERLOADED) {
                        limit.answered(System.nanoTime() - start);
                    } else {
                        limit.left();
                    }
                });
    }

    /** Nanoseconds by shard. */
    private static <T> LongStream worked(Gathered<T> gathered, ToLongFunction<T> tookUs) {
        return gathered.answers().stream()
                .mapToLong(
                        answer ->
                                TimeUnit.MICROSECONDS.toNanos(tookUs.applyAsLong(answer.value())));
    }

    /**
     * Asks some shards, each something of its own, after they have answered something else.
     *
     * @param allowPartial whether some may fail, as long as one answers
     * @return fails if any of them does
     */
    public <T> CompletableFuture<Gathered<T>> askEach(
            Deadline deadline,
            boolean allowPartial,
            Map<ShardAddress, Function<ShardServiceFutureStub, ListenableFuture<T>>> questions) {
        List<ShardAddress> asked = List.copyOf(questions.keySet());
        Gathering<T> gathering =
                new Gathering<>(asked, asked.size(), allowPartial, directory, unreachable);
        cancelInVain(deadline, gathering);
        for (int i = 0; i < asked.size(); i++) {
            Function<ShardServiceFutureStub, ListenableFuture<T>> question =
                    Objects.requireNonNull(questions.get(asked.get(i)));
            gathering.expect(i, question.apply(stub(asked.get(i), deadline)));
        }
        deadlines.watch(gathering, deadline);
        return gathering.result();
    }

    /**
     * Cancels calls, of which the shards hear, once nobody waits for their answers: whoever asked
     * has gone, another shard has refused, or their time has passed.
     */
    private static void cancelInVain(Deadline deadline, Gathering<?> gathering) {
        Runnable cancel = gathering::cancel;
        deadline.gone().watch(cancel);
        gathering
                .result()
                .whenComplete(
                        (gathered, failure) -> {
                            deadline.gone().forget(cancel);
                            gathering.cancel();
                        });
    }

    private ShardServiceFutureStub stub(ShardAddress shard, Deadline deadline) {
        ShardServiceFutureStub stub = ShardServiceGrpc.newFutureStub(channels.channel(shard));
        // A shard elsewhere hears by its own deadline, too, when the network does not tell.
        return LocalShard.isServed(shard)
                ? stub
                : stub.withDeadlineAfter(Math.max(1, deadline.leftMs()), TimeUnit.MILLISECONDS);
    }

    private static int total(List<ShardAddress> known) {
        return known.stream().mapToInt(ShardAddress::parallelism).max().orElse(0);
    }

    @Override
    public void close() {
        deadlines.close();
        channels.close();
    }
}
