package io.omendb.index.shard;

import io.omendb.index.filter.Filter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A search that several threads may make together, see {@link ListTurns}. Safe to use from any
 * thread; {@link ShardSnapshot#share} makes one.
 */
public final class SharedSearch {
    /** More rows than this would be shown to other threads too often. */
    private static final int ROWS_MAX = 128;

    private final ShardSnapshot snapshot;
    private final float[] query;
    private final int k;
    private final @Nullable Filter filter;
    private final SearchParams params;
    private final BooleanSupplier unneeded;
    private final AtomicBoolean seen = new AtomicBoolean();
    private final AtomicReference<@Nullable SearchPlan> plan = new AtomicReference<>();

    SharedSearch(
            ShardSnapshot snapshot,
            float[] query,
            int k,
            @Nullable Filter filter,
            SearchParams params,
            BooleanSupplier unneeded) {
        this.snapshot = snapshot;
        this.query = query;
        this.k = k;
        this.filter = filter;
        this.params = params;
        this.unneeded = unneeded;
    }

    /**
     * Takes part until the answer is complete. A search that cannot be divided, such as one with a
     * filter or for very many rows, is made by each thread as a whole.
     *
     * @throws io.omendb.OmenException INVALID for a query that does not fit the collection
     */
    public SearchResult run() {
        if (!seen.getAndSet(true)) {
            snapshot.seen(query, params);
        }
        return snapshot.searchUnseen(query, k, filter, params, unneeded, this);
    }

    /** Whether its work can be divided. */
    public boolean isDivisible() {
        return filter == null
                && k <= ROWS_MAX
                && !params.isExact()
                && snapshot.index() != null
                && snapshot.device() == null;
    }

    /** The plan that all threads keep to. */
    SearchPlan plan(Supplier<SearchPlan> made) {
        SearchPlan known = plan.get();
        if (known != null) {
            return known;
        }
        SearchPlan first = plan.compareAndExchange(null, made.get());
        SearchPlan agreed = first == null ? plan.get() : first;
        if (agreed == null) {
            throw new IllegalStateException("a plan that was set is gone");
        }
        return agreed;
    }
}
