package io.omendb.index.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.omendb.index.search.TopK;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Languages;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.junit.jupiter.api.Test;

/** Scores are those that Lucene's BM25Similarity gives the same texts. */
class LuceneAgreementTest {
    private static final String[] WORDS = {
        "the", "running", "runs", "ran", "connection", "connected", "vector", "vectors", "database",
        "stream", "streams", "streaming", "of", "and", "quickly", "search", "searching", "engine",
        "naïve", "über", "日本語", "x-ray", "don't", "3.14", "foo_bar", "a"
    };

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void scores_ofSeveralLanguagesAndLengths_areLucenes() throws IOException {
        for (String language : List.of(Languages.STANDARD, "english", "german", "cjk")) {
            check(language, 1_500);
        }
    }

    private void check(String language, int rows) throws IOException {
        SparseFields fields =
                SparseFields.of(
                        CollectionSchema.of("c", 2, Metric.L2)
                                .withLanguages(Map.of(Languages.OF_TEXT, language)));
        SegmentPostings postings = SegmentPostings.growing();
        try (ByteBuffersDirectory directory = new ByteBuffersDirectory()) {
            IndexWriterConfig config = new IndexWriterConfig(LanguageAnalyzers.of(language));
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                for (int row = 0; row < rows; row++) {
                    String text = text(random.nextInt(10) == 0 ? 400 : random.nextInt(40));
                    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                    postings.add(fields, row, utf8, null, null);
                    Document document = new Document();
                    document.add(new TextField("text", text, Field.Store.NO));
                    writer.addDocument(document);
                }
                writer.forceMerge(1);
            }
            SegmentPostings packed = postings.pack(rows);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                IndexSearcher searcher = new IndexSearcher(reader);
                searcher.setSimilarity(new BM25Similarity());
                for (int i = 0; i < 200; i++) {
                    compare(fields, packed, rows, searcher, text(1 + random.nextInt(6)));
                }
            }
        }
    }

    private void compare(
            SparseFields fields,
            SegmentPostings packed,
            int rows,
            IndexSearcher searcher,
            String text)
            throws IOException {
        SparseQuery query = SparseQuery.ofText(fields, fields.texts(), text);
        TermStatistics statistics = new TermStatistics();
        statistics.add(packed, query, rows);
        TopK top = new TopK(20);
        SparseScan.run(QueryScorers.of(query, statistics), packed, rows, row -> true, top, 0);
        float[] scores = new float[top.size()];
        top.drainAscending(scores, new long[scores.length]);

        BooleanQuery.Builder lucene = new BooleanQuery.Builder();
        for (SparseQuery.Clause clause : query.clauses()) {
            for (int n = 0; n < clause.weight(); n++) {
                lucene.add(
                        new TermQuery(new Term("text", clause.term())), BooleanClause.Occur.SHOULD);
            }
        }
        List<Float> expected = new ArrayList<>();
        for (ScoreDoc hit : searcher.search(lucene.build(), 20).scoreDocs) {
            expected.add(hit.score);
        }
        assertThat(scores).as("seed %d, \"%s\"", seed, text).hasSize(expected.size());
        for (int i = 0; i < scores.length; i++) {
            assertThat(-scores[i])
                    .as("seed %d, \"%s\"", seed, text)
                    .isCloseTo(expected.get(i), within(1e-5f * Math.max(1, expected.get(i))));
        }
    }

    private String text(int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            double skewed = random.nextDouble() * random.nextDouble();
            text.append(WORDS[(int) (skewed * WORDS.length)]).append(' ');
        }
        return text.toString();
    }
}
