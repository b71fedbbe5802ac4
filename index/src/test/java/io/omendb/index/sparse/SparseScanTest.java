package io.omendb.index.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.omendb.index.search.TopK;
import io.omendb.record.SparseVector;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The best rows of a segment, growing, packed and merged, against scoring every row. */
class SparseScanTest {
    private static final SparseFields FIELDS =
            SparseFields.of(CollectionSchema.of("c", 2, Metric.L2));

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void texts_findWhatScoringEveryRowFinds() {
        for (int rows : new int[] {1, 3, 127, 128, 129, 3_000}) {
            SegmentPostings growing = SegmentPostings.growing();
            for (int row = 0; row < rows; row++) {
                byte[] text = random.nextInt(10) == 0 ? null : text(random.nextInt(60));
                growing.add(FIELDS, row, text, null, null);
            }
            SegmentPostings packed = growing.pack(rows);
            for (int i = 0; i < 40; i++) {
                SparseQuery query =
                        SparseQuery.ofText(
                                FIELDS,
                                FIELDS.texts(),
                                new String(text(1 + random.nextInt(6)), StandardCharsets.UTF_8));
                check(query, growing, rows);
                check(query, packed, rows);
                // As a snapshot has it that was taken when there were fewer.
                check(query, packed, random.nextInt(rows));
            }
        }
    }

    @Test
    void sparseVectors_negativeWeightsToo_findWhatScoringEveryRowFinds() {
        int rows = 2_000;
        SegmentPostings growing = SegmentPostings.growing();
        for (int row = 0; row < rows; row++) {
            growing.add(FIELDS, row, null, null, vector(1 + random.nextInt(30)));
        }
        SegmentPostings packed = growing.pack(rows);
        for (int i = 0; i < 60; i++) {
            SparseQuery query = SparseQuery.ofSparse(vector(1 + random.nextInt(12)));
            check(query, growing, rows);
            check(query, packed, rows);
        }
    }

    @Test
    void growing_limitHidesLaterRows() {
        SegmentPostings growing = SegmentPostings.growing();
        for (int row = 0; row < 500; row++) {
            growing.add(FIELDS, row, text(20), null, null);
            if (row % 97 == 0) {
                SparseQuery query = SparseQuery.ofText(FIELDS, FIELDS.texts(), "w0 w1 w5");
                int limit = random.nextInt(row + 1) + 1;
                TopK top = new TopK(10);
                SparseScan.run(scorers(query, growing), growing, limit, any -> true, top, 0);
                for (long found : drain(top)) {
                    assertThat(found).as("seed %d", seed).isLessThan(limit);
                }
            }
        }
    }

    @Test
    void merged_rowsLeftOut_isWhatIndexingTheRestGives() {
        List<byte[]> texts = IntStream.range(0, 700).mapToObj(i -> text(25)).toList();
        BitSet kept = new BitSet();
        texts.forEach(any -> kept.set(kept.length() + random.nextInt(3)));
        kept.clear(texts.size(), kept.length() + 1);
        SegmentPostings first = index(texts.subList(0, 300));
        SegmentPostings second = index(texts.subList(300, 700));
        int[] newRows = new int[texts.size()];
        List<byte[]> rest = new ArrayList<>();
        for (int row = 0; row < newRows.length; row++) {
            newRows[row] = kept.get(row) ? rest.size() : -1;
            if (kept.get(row)) {
                rest.add(texts.get(row));
            }
        }

        SegmentPostings merged =
                SegmentPostings.concatenate(
                        List.of(
                                new SegmentPostings.Source(first, row -> newRows[row]),
                                new SegmentPostings.Source(second, row -> newRows[300 + row])),
                        rest.size());

        SegmentPostings expected = index(rest);
        PackedPostings found = merged.packedField(SparseFields.TEXT);
        PackedPostings wanted = expected.packedField(SparseFields.TEXT);
        assertThat(found).isNotNull();
        assertThat(wanted).isNotNull();
        assertThat(found.size()).as("seed %d", seed).isEqualTo(wanted.size());
        assertThat(found.terms()).isEqualTo(wanted.terms());
        assertThat(found.norms()).isEqualTo(wanted.norms());
        for (int rank = 0; rank < found.size(); rank++) {
            assertThat(found.term(rank)).isEqualTo(wanted.term(rank));
            assertThat(postings(found.cursor(rank))).isEqualTo(postings(wanted.cursor(rank)));
        }
    }

    /** Counts rows, not time: the bounds must spare most of the rows that have a frequent word. */
    @Test
    void frequentWordBesideARareOne_isPassedOver() {
        int rows = 50_000;
        SegmentPostings growing = SegmentPostings.growing();
        for (int row = 0; row < rows; row++) {
            String text = "common filler" + (row % 5_000 == 7 ? " rare" : "");
            growing.add(FIELDS, row, text.getBytes(StandardCharsets.UTF_8), null, null);
        }
        SegmentPostings packed = growing.pack(rows);
        SparseQuery query = SparseQuery.ofText(FIELDS, FIELDS.texts(), "common rare");
        TopK top = new TopK(5);

        long scored = SparseScan.run(scorers(query, packed), packed, rows, r -> true, top, 0);

        // The fifth row with the rare word is at 20,007; from there on the other word alone is not
        // enough.
        assertThat(scored).isLessThan(20_100);
        assertThat(Arrays.stream(drain(top)).boxed()).allMatch(row -> row % 5_000 == 7);
        // Two bits a row for its place, none for a frequency of one.
        assertThat(packed.bytes()).isLessThan(8L * rows);
    }

    private SegmentPostings index(List<byte[]> texts) {
        SegmentPostings growing = SegmentPostings.growing();
        for (int row = 0; row < texts.size(); row++) {
            growing.add(FIELDS, row, texts.get(row), null, null);
        }
        return growing.pack(texts.size());
    }

    private void check(SparseQuery query, SegmentPostings postings, int rows) {
        int k = 1 + random.nextInt(20);
        int keep = 1 + random.nextInt(4);
        QueryScorers scorers = scorers(query, postings);
        TopK top = new TopK(k);
        SparseScan.run(scorers, postings, rows, row -> row % keep == 0, top, 0);

        int[] all = IntStream.range(0, rows).filter(row -> row % keep == 0).toArray();
        float[] scores = SparseScan.score(scorers, postings, rows, all);
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < all.length; i++) {
            List<QueryScorers.TermScore> terms = scorers.explain(postings, rows, all[i]);
            double sum = terms.stream().mapToDouble(QueryScorers.TermScore::score).sum();
            assertThat(scores[i]).as("seed %d", seed).isCloseTo((float) sum, within(1e-5f));
            if (!terms.isEmpty()) {
                expected.add(i);
            }
        }
        expected.sort(Comparator.comparingDouble((Integer i) -> -scores[i]).thenComparing(i -> i));
        int n = top.size();
        float[] found = new float[n];
        long[] foundRows = new long[n];
        top.drainAscending(found, foundRows);
        assertThat(n).as("seed %d", seed).isEqualTo(Math.min(k, expected.size()));
        for (int i = 0; i < n; i++) {
            assertThat(-found[i]).as("seed %d", seed).isEqualTo(scores[expected.get(i)]);
            assertThat(foundRows[i]).as("seed %d", seed).isEqualTo(all[expected.get(i)]);
        }
    }

    private static QueryScorers scorers(SparseQuery query, SegmentPostings postings) {
        TermStatistics statistics = new TermStatistics();
        statistics.add(postings, query, Integer.MAX_VALUE);
        return QueryScorers.of(query, statistics);
    }

    /** Words whose frequencies fall off as in a language. */
    private byte[] text(int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            int word = (int) Math.min(5_000, Math.pow(random.nextDouble(), -1.2) - 1);
            text.append('w').append(word).append(' ');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private SparseVector vector(int entries) {
        int[] indices = random.ints(0, 200).distinct().limit(entries).sorted().toArray();
        float[] values = new float[entries];
        for (int i = 0; i < entries; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new SparseVector(indices, values);
    }

    private static List<String> postings(PostingCursor cursor) {
        List<String> postings = new ArrayList<>();
        for (int row = cursor.next(); row != PostingCursor.END; row = cursor.next()) {
            postings.add(row + ":" + cursor.value());
        }
        return postings;
    }

    private static long[] drain(TopK top) {
        long[] rows = new long[top.size()];
        top.drainAscending(new float[rows.length], rows);
        return rows;
    }
}
