package io.omendb.gateway.chroma;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.freshness.Token;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.write.PointWriter;
import io.omendb.record.Point;
import io.omendb.record.PointPatch;
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

/**
 * Writes records with what Chroma promises of the ids that exist. An update is a patch, which the
 * shard applies where the id exists. Where that is to be known here, a write reads first, as a
 * topic has no compare-and-set: once all that was written before is applied, and in turns with the
 * other writes to the collection in this gateway. Against other gateways and producers the later
 * write wins whole.
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

    /** What is to be done with the ids that exist, or with the others. */
    private enum Way {
        ADD,
        UPDATE,
        UPSERT
    }

    /** Ids that exist stay as they are. */
    void add(CollectionDefinition collection, List<Row> rows, Deadline deadline)
            throws InterruptedException {
        write(collection, rows, deadline, Way.ADD);
    }

    /** Ids that do not exist are ignored. */
    void update(CollectionDefinition collection, List<Row> rows, Deadline deadline)
            throws InterruptedException {
        write(collection, rows, deadline, Way.UPDATE);
    }

    /** Ids that exist are updated, the others added. */
    void upsert(CollectionDefinition collection, List<Row> rows, Deadline deadline)
            throws InterruptedException {
        write(collection, rows, deadline, Way.UPSERT);
    }

    private void write(CollectionDefinition collection, List<Row> rows, Deadline deadline, Way way)
            throws InterruptedException {
        rows.forEach(row -> PointRules.checkId(row.id()));
        List<Row> merged = rows.stream().filter(row -> merges(collection, row, way)).toList();
        if (!merged.isEmpty() && collection.schema().sparse()) {
            throw ChromaException.unimplemented(
                    "Collection "
                            + collection.name()
                            + " has sparse vectors, which this update through Chroma's interface"
                            + " would lose; write through OmenDB's own.");
        }
        List<Token> tokens;
        ReentrantLock turn = takeTurn(collection, deadline);
        try {
            // Whether an update that is a patch has a point to change, the shard sees.
            List<Row> read = way == Way.UPDATE ? merged : rows;
            Map<String, Row> existing =
                    read.isEmpty()
                            ? Map.of()
                            : existing(collection, read, !merged.isEmpty(), deadline);
            List<Point> whole = new ArrayList<>();
            List<PointPatch> patches = new ArrayList<>();
            for (Row sent : rows) {
                Row known = existing.get(sent.id());
                boolean merges = merges(collection, sent, way);
                if (way != Way.ADD && !merges && (known != null || way == Way.UPDATE)) {
                    addPatch(collection, sent, patches);
                } else if (known == null && way != Way.UPDATE) {
                    addPoint(collection, sent, whole);
                } else if (known != null && way != Way.ADD) {
                    addPoint(collection, known.updated(sent), whole);
                }
            }
            if (whole.isEmpty() && patches.isEmpty()) {
                return;
            }
            tokens = points.write(collection, whole, patches).join();
            accepted.accept(whole.size() + patches.size());
        } finally {
            turn.unlock();
        }
        reader.awaitApplied(collection, tokens, deadline);
    }

    /**
     * Whether the record that exists is read and written again as a whole. So is all that an upsert
     * does where points expire, as it starts their age anew, which a patch does not.
     */
    private static boolean merges(CollectionDefinition collection, Row row, Way way) {
        return way != Way.ADD && !row.isPatch(collection.schema())
                || way == Way.UPSERT && collection.schema().ttlSeconds() != null;
    }

    /** Checks a change, and adds it to those to write if there is anything in it. */
    private static void addPatch(
            CollectionDefinition collection, Row row, List<PointPatch> patches) {
        PointPatch patch = row.patch();
        PointRules.checkSent(collection.schema(), patch);
        if (!patch.isEmpty()) {
            patches.add(patch);
        }
    }

    /** Checks a record, and adds it to those to write. */
    private static void addPoint(CollectionDefinition collection, Row row, List<Point> whole) {
        Point point = row.withoutNulls().point();
        PointRules.checkSent(collection.schema(), point);
        whole.add(point);
    }

    private Map<String, Row> existing(
            CollectionDefinition collection, List<Row> rows, boolean vectors, Deadline deadline) {
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
