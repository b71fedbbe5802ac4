package io.omendb.gateway.chroma;

import io.omendb.gateway.shards.Deadline;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The nearest records that a condition holds of. The index filters by what it can check of the
 * condition. Where that is not all of it, it is asked for more records than are wanted, as some
 * will not match; where even many do not bring enough, every record that it cannot rule out is
 * compared, so that as many are found as there are.
 */
final class RecordSearch {
    private static final int MORE = 10;
    private static final int MORE_MIN = 256;
    private static final Comparator<Row> NEAREST_FIRST =
            Comparator.comparingDouble(Row::distance).thenComparing(Row::id);

    private final RecordReader reader;
    private final int kMax;

    /** The nearest: at most {@code kMax} are asked of the index. */
    RecordSearch(RecordReader reader, int kMax) {
        this.reader = reader;
        this.kMax = kMax;
    }

    List<Row> nearest(
            CollectionDefinition collection,
            float[] query,
            Selection selection,
            boolean vectors,
            Deadline deadline) {
        int wanted = selection.results();
        Collection<String> ids = selection.ids();
        if (ids != null) {
            Nearest nearest = new Nearest(collection, query, wanted, vectors);
            reader.byIds(
                    collection,
                    ids,
                    true,
                    deadline,
                    row -> nearest.offer(row, selection, deadline));
            return nearest.rows();
        }
        if (!selection.filtered()) {
            return reader.nearest(collection, query, wanted, "", vectors, deadline);
        }
        Pushdown pushdown = Pushdown.of(selection.condition(), collection.schema());
        for (int k : asked(pushdown, wanted)) {
            int asked = Math.min(k, kMax);
            List<Row> found =
                    reader.nearest(collection, query, asked, pushdown.json(), vectors, deadline);
            List<Row> matching =
                    found.stream()
                            .filter(row -> selection.matches(row, deadline))
                            .limit(wanted)
                            .toList();
            if (matching.size() == wanted) {
                return matching;
            }
        }
        Nearest nearest = new Nearest(collection, query, wanted, vectors);
        reader.scan(
                collection,
                pushdown.json(),
                true,
                deadline,
                row -> nearest.offer(row, selection, deadline));
        return nearest.rows();
    }

    /** How many records the index is asked for, one try after the other. */
    private int[] asked(Pushdown pushdown, int wanted) {
        return pushdown.exact()
                ? new int[] {wanted}
                : new int[] {Math.max(MORE * wanted, MORE_MIN), kMax};
    }

    /** The nearest of the records that are offered. */
    private static final class Nearest {
        private final Space space;
        private final float[] query;
        private final int wanted;
        private final boolean vectors;
        private final PriorityQueue<Row> farthestFirst =
                new PriorityQueue<>(NEAREST_FIRST.reversed());

        Nearest(CollectionDefinition collection, float[] query, int wanted, boolean vectors) {
            this.space = Space.of(collection.schema().metric());
            this.query = query;
            this.wanted = wanted;
            this.vectors = vectors;
        }

        /** Takes a record if it is selected and near. Others may be nearer, so that it is true. */
        boolean offer(Row row, Selection selection, Deadline deadline) {
            float[] vector = row.vector();
            if (!selection.matches(row, deadline) || vector == null) {
                return true;
            }
            Row measured = row.withDistance(space.between(query, vector));
            farthestFirst.add(vectors ? measured : measured.withoutVector());
            if (farthestFirst.size() > wanted) {
                farthestFirst.remove();
            }
            return true;
        }

        List<Row> rows() {
            List<Row> rows = new ArrayList<>(farthestFirst);
            rows.sort(NEAREST_FIRST);
            return rows;
        }
    }
}
