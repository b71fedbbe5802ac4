package io.omendb.gpu.exact;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.gpu.cuda.Stream;
import io.omendb.gpu.resident.Layout;
import io.omendb.gpu.resident.ResidentSegment;
import io.omendb.gpu.resident.SegmentTable;
import io.omendb.gpu.resident.Uploader;
import io.omendb.index.segment.Tombstones;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Rows in segments, and what a search of them must find. */
final class TestRows {
    private final int dimension;
    private final float[] vectors;
    private final Spread spread;

    /** First row of each segment, and the number of rows. */
    private final int[] starts;

    private final Tombstones[] tombstones;

    private TestRows(int dimension, float[] vectors, Spread spread, int[] starts) {
        this.dimension = dimension;
        this.vectors = vectors;
        this.spread = spread;
        this.starts = starts;
        this.tombstones = new Tombstones[starts.length - 1];
        Arrays.setAll(tombstones, i -> new Tombstones());
    }

    static TestRows random(Random random, int rows, int dimension, Spread spread, int segments) {
        float[] vectors = new float[rows * dimension];
        float[] vector = new float[dimension];
        for (int row = 0; row < rows; row++) {
            spread.fill(random, vector);
            System.arraycopy(vector, 0, vectors, row * dimension, dimension);
        }
        int[] starts = new int[segments + 1];
        for (int i = 1; i < segments; i++) {
            starts[i] = (int) ((long) rows * i / segments) + (rows > 100 ? i : 0);
        }
        starts[segments] = rows;
        return new TestRows(dimension, vectors, spread, starts);
    }

    static TestRows of(float[] vectors, int dimension, int segments) {
        int rows = vectors.length / dimension;
        int[] starts = new int[segments + 1];
        for (int i = 1; i <= segments; i++) {
            starts[i] = (int) ((long) rows * i / segments);
        }
        return new TestRows(dimension, vectors, Spread.GAUSSIAN, starts);
    }

    int rows() {
        return starts[starts.length - 1];
    }

    float[] query(Random random) {
        float[] query = new float[dimension];
        spread.fill(random, query);
        return query;
    }

    float[] vector(int row) {
        return Arrays.copyOfRange(vectors, row * dimension, (row + 1) * dimension);
    }

    void scale(int row, float factor) {
        for (int d = 0; d < dimension; d++) {
            vectors[row * dimension + d] *= factor;
        }
    }

    void copy(int from, int to) {
        System.arraycopy(vectors, from * dimension, vectors, to * dimension, dimension);
    }

    void kill(int row, long sequence) {
        int segment = segmentOf(row);
        tombstones[segment].kill(row - starts[segment], sequence);
    }

    List<BitSet> randomMatches(Random random, double share) {
        List<BitSet> matches = new ArrayList<>();
        for (int s = 0; s < tombstones.length; s++) {
            BitSet bits = new BitSet();
            for (int row = starts[s]; row < starts[s + 1]; row++) {
                bits.set(row - starts[s], random.nextDouble() < share);
            }
            matches.add(bits);
        }
        return matches;
    }

    int[] numbers(SegmentTable table, List<BitSet> rows) {
        List<Integer> numbers = new ArrayList<>();
        for (int s = 0; s < rows.size(); s++) {
            int first = (int) table.firstRow(s);
            rows.get(s).stream().forEach(row -> numbers.add(first + row));
        }
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The rows on the device. */
    record Uploaded(List<ResidentSegment> segments, SegmentTable table) implements AutoCloseable {
        /** All rows are visible. */
        long limit() {
            int last = segments.size() - 1;
            return table.firstRow(last) + segments.get(last).rows();
        }

        @Override
        public void close() {
            table.close();
            segments.forEach(ResidentSegment::close);
        }
    }

    /** The same, but the last segment came in steps and has room for more. */
    Uploaded uploadGrowing(Uploader uploader, Stream stream, boolean l2, Random random) {
        List<ResidentSegment> segments = new ArrayList<>(upload(uploader, stream, l2).segments());
        int last = segments.size() - 1;
        segments.remove(last).close();
        int rows = starts[last + 1] - starts[last];
        Layout layout = new Layout(dimension);
        int capacity = 64 + random.nextInt(64);
        ResidentSegment growing = uploader.open(layout, capacity, 8 * rows, l2, tombstones[last]);
        while (growing.rows() < rows) {
            int all = Math.min(rows, growing.rows() + 1 + random.nextInt(rows / 3 + 1));
            while (capacity < all) {
                capacity *= 4;
                ResidentSegment larger = uploader.grow(growing, capacity, l2);
                growing.close();
                growing = larger;
            }
            assertThat(uploader.append(growing, all, l2, source(starts[last]))).isTrue();
        }
        segments.add(growing);
        return new Uploaded(segments, SegmentTable.of(List.copyOf(segments), stream));
    }

    private Uploader.Source source(int start) {
        return (first, rows, into) ->
                System.arraycopy(vectors, (start + first) * dimension, into, 0, rows * dimension);
    }

    Uploaded upload(Uploader uploader, Stream stream, boolean l2) {
        List<ResidentSegment> segments = new ArrayList<>();
        for (int s = 0; s < tombstones.length; s++) {
            int start = starts[s];
            segments.add(
                    Objects.requireNonNull(
                            uploader.upload(
                                    new Layout(dimension),
                                    starts[s + 1] - start,
                                    l2,
                                    (first, rows, into) ->
                                            System.arraycopy(
                                                    vectors,
                                                    (start + first) * dimension,
                                                    into,
                                                    0,
                                                    rows * dimension),
                                    tombstones[s])));
        }
        return new Uploaded(segments, SegmentTable.of(segments, stream));
    }

    /**
     * Compares an answer with a plain loop over all rows in double precision: the same scores up to
     * rounding, each the score of the row it names, and no row twice.
     */
    void check(SegmentTable table, boolean l2, SearchRequest request, RowList found, long seed) {
        double[] scores = new double[rows()];
        Arrays.fill(scores, Double.NaN);
        for (int s = 0; s < tombstones.length; s++) {
            for (int row = starts[s]; row < starts[s + 1]; row++) {
                int own = row - starts[s];
                boolean matches = request.matches() == null || request.matches().get(s).get(own);
                if (matches && !tombstones[s].isDead(own, request.sequence())) {
                    scores[row] = score(request.query(), row, l2);
                }
            }
        }
        double[] sorted =
                Arrays.stream(scores).filter(each -> !Double.isNaN(each)).sorted().toArray();
        int expected = Math.min(request.k(), sorted.length);
        String what =
                "seed "
                        + seed
                        + ", "
                        + dimension
                        + "-d, "
                        + spread
                        + ", l2 "
                        + l2
                        + ", k "
                        + request.k();
        assertThat(found.rows()).as(what).hasSize(expected).doesNotHaveDuplicates();
        double queryNorm = 0;
        for (float component : request.query()) {
            queryNorm += (double) component * component;
        }
        for (int i = 0; i < expected; i++) {
            int segment = table.segmentOf(found.rows()[i]);
            int row = starts[segment] + (int) (found.rows()[i] - table.firstRow(segment));
            double tolerance =
                    l2
                            ? 1e-5 * sorted[i] + 1e-30
                            : 1e-5 * Math.sqrt(queryNorm) * Math.max(norm(row), 1e-30)
                                    + 1e-6 * Math.abs(sorted[i]);
            assertThat((double) found.scores()[i])
                    .as("%s, place %d, score of row %d", what, i, row)
                    .isCloseTo(scores[row], org.assertj.core.data.Offset.offset(tolerance));
            assertThat(scores[row])
                    .as("%s, place %d, row %d", what, i, row)
                    .isCloseTo(sorted[i], org.assertj.core.data.Offset.offset(2 * tolerance));
        }
    }

    private double norm(int row) {
        double squares = 0;
        for (int d = 0; d < dimension; d++) {
            squares += (double) vectors[row * dimension + d] * vectors[row * dimension + d];
        }
        return Math.sqrt(squares);
    }

    private double score(float[] query, int row, boolean l2) {
        double sum = 0;
        for (int d = 0; d < dimension; d++) {
            double x = vectors[row * dimension + d];
            sum += l2 ? (x - query[d]) * (x - query[d]) : -x * query[d];
        }
        return sum;
    }

    private int segmentOf(int row) {
        int segment = 0;
        while (row >= starts[segment + 1]) {
            segment++;
        }
        return segment;
    }
}
