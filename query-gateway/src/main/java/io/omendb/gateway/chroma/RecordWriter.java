package io.omendb.gateway.chroma;

import io.omendb.gateway.freshness.Token;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.write.PointWriter;
import io.omendb.record.Point;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        ReentrantLock turn = turn(collection);
        turn.lockInterruptibly();
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
        reader.byIds(collection, rows.stream().map(Row::id).toList(), vectors, deadline)
                .forEach(row -> existing.put(row.id(), row));
        return existing;
    }

    /** Deletes what a selection holds; the number is answered. */
    int delete(CollectionDefinition collection, Selection selection, Deadline deadline)
            throws InterruptedException {
        List<String> ids = new ArrayList<>();
        int limit = selection.limit() == null ? Integer.MAX_VALUE : selection.limit();
        List<Token> tokens;
        ReentrantLock turn = turn(collection);
        turn.lockInterruptibly();
        try {
            reader.awaitWritten(collection, deadline);
            Collection<String> asked = selection.ids();
            if (asked != null) {
                reader.byIds(collection, asked, false, deadline).stream()
                        .filter(selection.condition()::matches)
                        .limit(limit)
                        .forEach(row -> ids.add(row.id()));
            } else if (limit > 0) {
                reader.scan(
                        collection,
                        Pushdown.of(selection.condition(), collection.schema()).json(),
                        false,
                        deadline,
                        row -> {
                            if (selection.condition().matches(row)) {
                                ids.add(row.id());
                            }
                            return ids.size() < limit;
                        });
            }
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

    private ReentrantLock turn(CollectionDefinition collection) {
        return turns[Math.floorMod(collection.name().hashCode(), TURNS)];
    }
}
