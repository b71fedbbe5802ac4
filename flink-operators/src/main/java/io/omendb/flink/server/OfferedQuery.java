package io.omendb.flink.server;

import io.omendb.OmenException;
import io.omendb.protocol.Offered;
import java.util.function.Consumer;

/** A query that is offered to the threads of a pool, and may be run more than once. */
final class OfferedQuery implements Offered {
    private final QueryPool pool;
    private final Runnable query;
    private final Consumer<OmenException> refused;
    private final FirstAnswer<?> answer;
    private final boolean shared;
    private final QueryPool.Turn turn;

    /**
     * Offers it.
     *
     * @param query gives an answer to {@code answer}, unless nobody waits for it
     * @param refused as well
     * @param shared whether threads that run it at a time do it together
     */
    OfferedQuery(
            QueryPool pool,
            Runnable query,
            Consumer<OmenException> refused,
            FirstAnswer<?> answer,
            boolean shared) {
        this.pool = pool;
        this.query = query;
        this.refused = refused;
        this.answer = answer;
        this.shared = shared;
        this.turn = pool.execute(query, refused);
    }

    @Override
    public boolean isShared() {
        return shared;
    }

    @Override
    public void join() {
        turn.joinHere();
    }

    @Override
    public boolean takeBack() {
        return turn.runHere();
    }

    @Override
    public long begunNanos() {
        return turn.begunNanos();
    }

    @Override
    public boolean isOver() {
        return answer.isOver();
    }

    @Override
    public void doAgain() {
        pool.executeHere(query, refused);
    }
}
