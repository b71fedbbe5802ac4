package io.omendb.gateway.chroma;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.freshness.Token;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.write.PointWriter;
import io.omendb.record.Point;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes records with what Chroma promises of the ids that exist. A topic has no compare-and-set,
 * so a write reads first, once all that was written before is applied, and writes to a collection
 * take turns in this gateway. Against other gateways and producers the later write wins whole.
 *
 * <p>Returns once the shards have applied what was written. Safe for use by any thread.
 */
final class RecordWriter {
    private static final int TURNS = 64;
    private static final long STEP_MS = 100;

    private final RecordReader reader;
    private final PointWriter points;
    private final IntConsumer accepted;
    private final ReentrantLock[] turns =
            Stream.generate(ReentrantLock::new).limit(TURNS).toArray(ReentrantLock[]::new);

    /**
     * The writer.
     *
     * @param accepted hears of the points of each request that was acknowledged
     */
    RecordWriter(RecordReader reader, PointWriter points, IntConsumer accepted) {
        this.reader = reader;
        this.points = points;
        this.accepted = accepted;
    }

    /** What becomes of a record that was sent, and of one that exists under its id. */
    private interface Merge {
        /** Null to write nothing. */
        @Nullable Row merged(Row sent, @Nullable Row existing);
    }

    /** Ids that exist stay as they are. */
    void add(CollectionDefinition collection, List<Row> rows, Deadline deadline)
            throws InterruptedException {
        write(
                collection,
                rows,
                deadline,
                false,
                (sent, existing) -> existing == null ? sent : null);
    }

    /** Ids that do not exist are ignored. */
    void update(CollectionDefinition collection, List<Row> rows, Deadline deadline)
            throws InterruptedException {
        write(
                collection,
                rows,
                deadline,
                true,
                (sent, existing) -> existing == null ? null : existing.updated(sent));
    }

    /** Ids that exist are updated, the others added. */
    void upsert(CollectionDefinition collection, List<Row> rows, Deadline deadline)
            throws InterruptedException {
        write(
                collection,
                rows,
                deadline,
                true,
                (sent, existing) -> existing == null ? sent : existing.updated(sent));
    }

    private void write(
            CollectionDefinition collection,
            List<Row> rows,
            Deadline deadline,
            boolean replaces,
            Merge merge)
            throws InterruptedException {
        if (replaces && collection.schema().sparse()) {
            throw ChromaException.unimplemented(
                    "Collection "
                            + collection.name()
                            + " has sparse vectors, which an update through Chroma's interface"
                            + " would lose; write through OmenDB's own.");
        }
        List<Token> tokens;
        ReentrantLock turn = takeTurn(collection, deadline);
        try {
            Map<String, Row> existing = existing(collection, rows, replaces, deadline);
            List<Point> written = new ArrayList<>();
            for (Row sent : rows) {
                Row row = merge.merged(sent, existing.get(sent.id()));
                if (row != null) {
                    Point point = row.withoutNulls().point();
                    PointRules.check(collection.schema(), point);
                    written.add(point);
                }
            }
            if (written.isEmpty()) {
                return;
            }
            tokens = points.write(collection, written).join();
            accepted.accept(written.size());
        } finally {
            turn.unlock();
        }
        reader.awaitApplied(collection, tokens, deadline);
    }

    private Map<String, Row> existing(
            CollectionDefinition collection, List<Row> rows, boolean vectors, Deadline deadline) {
        rows.forEach(row -> PointRules.checkId(row.id()));
        reader.awaitWritten(collection, deadline);
        Map<String, Row> existing = new HashMap<>();
        reader.byIds(
                collection,
                rows.stream().map(Row::id).toList(),
                vectors,
                deadline,
                row -> {
                    existing.put(row.id(), row);
                    return true;
                });
        return existing;
    }

    /** Deletes what a selection holds; the number is answered. */
    int delete(CollectionDefinition collection, Selection selection, Deadline deadline)
            throws InterruptedException {
        List<String> ids = new ArrayList<>();
        List<Token> tokens;
        ReentrantLock turn = takeTurn(collection, deadline);
        try {
            reader.awaitWritten(collection, deadline);
            reader.selected(
                    collection,
                    selection,
                    false,
                    deadline,
                    row -> {
                        ids.add(row.id());
                        return ids.size() < selection.most();
                    });
            if (ids.isEmpty()) {
                return 0;
            }
            tokens = points.delete(collection, ids).join();
        } finally {
            turn.unlock();
        }
        reader.awaitApplied(collection, tokens, deadline);
        return ids.size();
    }

    /**
     * Waits for a turn, which is locked then. In steps, since whoever asked may go away meanwhile.
     *
     * @throws OmenException TIMEOUT where the others' turns take all the time there is
     */
    private ReentrantLock takeTurn(CollectionDefinition collection, Deadline deadline)
            throws InterruptedException {
        ReentrantLock turn = turns[Math.floorMod(collection.name().hashCode(), TURNS)];
        while (!turn.tryLock(Math.min(STEP_MS, deadline.leftMs()), TimeUnit.MILLISECONDS)) {
            if (deadline.leftMs() == 0) {
                throw new OmenException(
                        ErrorCode.TIMEOUT,
                        "Nothing was written: other writes to collection "
                                + collection.name()
                                + " took all of the "
                                + deadline.timeoutMs()
                                + " ms of the request.");
            }
            deadline.check();
        }
        return turn;
    }
}
