package io.omendb.index.shard;

import io.omendb.index.column.RowMatcher;
import io.omendb.index.filter.Filter;
import io.omendb.index.search.TopK;
import io.omendb.index.segment.Segment;
import io.omendb.index.sparse.QueryScorers;
import io.omendb.index.sparse.SparseQuery;
import io.omendb.index.sparse.SparseScan;
import io.omendb.index.sparse.TermStatistics;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the candidates of a hybrid search in one snapshot: the best rows of each part. Every
 * candidate gets the score of every part, whichever part it was found by, so that fusing them does
 * not depend on how far down each ranking was read.
 */
final class HybridSearch {
    private final ShardSnapshot snapshot;
    private final HybridQuery query;
    private final QueryScorers text;
    private final QueryScorers sparse;

    /** By slot, then row, the distance; NaN until it is known. */
    private final TreeMap<Integer, TreeMap<Integer, Float>> candidates = new TreeMap<>();

    private long rowsScanned;
    private boolean onDevice;

    HybridSearch(ShardSnapshot snapshot, HybridQuery query) {
        this.snapshot = snapshot;
        this.query = query;
        TermStatistics given = query.statistics();
        this.text =
                QueryScorers.of(
                        query.text(), given == null ? snapshot.statistics(query.text()) : given);
        this.sparse = QueryScorers.of(query.sparse(), new TermStatistics());
    }

    HybridResult run() {
        float[] vector = query.vector();
        if (vector != null) {
            SearchResult dense =
                    snapshot.search(vector, query.denseRows(), query.filter(), query.params());
            dense.hits().forEach(hit -> put(hit.segment().slot(), hit.row(), hit.distance()));
            rowsScanned += dense.rowsScanned();
            onDevice = dense.onDevice();
        }
        find(text, query.text());
        find(sparse, query.sparse());
        if (vector != null) {
            measure(vector);
        }
        return new HybridResult(hits(), rowsScanned, onDevice, List.of(text, sparse), this::limit);
    }

    private void put(int slot, int row, float distance) {
        candidates
                .computeIfAbsent(slot, any -> new TreeMap<>())
                .merge(row, distance, (known, other) -> Float.isNaN(known) ? other : known);
    }

    /** Adds the best rows of a sparse part. */
    private void find(QueryScorers part, SparseQuery terms) {
        if (terms.isEmpty()) {
            return;
        }
        TopK top = new TopK(query.sparseRows());
        List<Segment> segments = snapshot.segments();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            if (segment.postings().isEmpty() || snapshot.rows(i) == 0) {
                continue;
            }
            rowsScanned +=
                    SparseScan.run(
                            part,
                            segment.postings(),
                            snapshot.rows(i),
                            accepted(segment, snapshot.rows(i)),
                            top,
                            (long) segment.slot() << 32);
        }
        int n = top.size();
        long[] rows = new long[n];
        top.drainAscending(new float[n], rows);
        for (long row : rows) {
            put((int) (row >>> 32), (int) row, Float.NaN);
        }
    }

    private IntPredicate accepted(Segment segment, int rows) {
        Filter filter = query.filter();
        @Nullable RowMatcher matches =
                filter == null ? null : filter.bind(segment.rows().fields(), rows);
        long sequence = snapshot.sequence();
        return row ->
                (matches == null || matches.matches(row))
                        && !segment.tombstones().isDead(row, sequence);
    }

    /** Computes the distances of those that the dense part did not find. */
    private void measure(float[] vector) {
        float[] prepared = VectorRules.prepare(snapshot.schema(), vector, "vector");
        for (Map.Entry<Integer, TreeMap<Integer, Float>> ofSlot : candidates.entrySet()) {
            BitSet missing = new BitSet();
            ofSlot.getValue()
                    .forEach(
                            (row, distance) -> {
                                if (Float.isNaN(distance)) {
                                    missing.set(row);
                                }
                            });
            if (!missing.isEmpty()) {
                Segment segment = segment(ofSlot.getKey());
                TopK all = new TopK(missing.cardinality());
                FlatScan scan =
                        new FlatScan(
                                prepared, snapshot.schema().metric(), snapshot.sequence(), all);
                scan.scan(segment, limit(segment), missing);
                rowsScanned += scan.rowsScanned();
                int n = all.size();
                float[] scores = new float[n];
                long[] rows = new long[n];
                all.drainAscending(scores, rows);
                for (int i = 0; i < n; i++) {
                    ofSlot.getValue()
                            .put((int) rows[i], snapshot.schema().metric().distance(scores[i]));
                }
            }
        }
    }

    private List<HybridHit> hits() {
        List<HybridHit> hits = new ArrayList<>();
        for (Map.Entry<Integer, TreeMap<Integer, Float>> ofSlot : candidates.entrySet()) {
            Segment segment = segment(ofSlot.getKey());
            int[] rows = ofSlot.getValue().keySet().stream().mapToInt(row -> row).toArray();
            float[] texts = scores(text, segment, rows);
            float[] sparses = scores(sparse, segment, rows);
            int i = 0;
            for (Map.Entry<Integer, Float> row : ofSlot.getValue().entrySet()) {
                Hit hit = new Hit(segment, row.getKey(), row.getValue());
                hits.add(new HybridHit(hit, texts[i], sparses[i]));
                i++;
            }
        }
        return hits;
    }

    private float[] scores(QueryScorers part, Segment segment, int[] rows) {
        return part.isEmpty()
                ? new float[rows.length]
                : SparseScan.score(part, segment.postings(), limit(segment), rows);
    }

    private Segment segment(int slot) {
        Segment segment = snapshot.segmentOfSlot(slot);
        if (segment == null) {
            throw new IllegalStateException("hit in a segment outside the snapshot");
        }
        return segment;
    }

    /** Rows of a segment in the snapshot. */
    private int limit(Segment segment) {
        return snapshot.rows(snapshot.segments().indexOf(segment));
    }
}
