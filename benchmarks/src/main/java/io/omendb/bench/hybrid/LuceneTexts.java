package io.omendb.bench.hybrid;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;

/** The texts in Lucene's own index: what a text search should answer. */
public final class LuceneTexts implements AutoCloseable {
    private static final String FIELD = "text";

    private final ByteBuffersDirectory directory = new ByteBuffersDirectory();
    private final Analyzer analyzer = new EnglishAnalyzer();
    private final DirectoryReader reader;
    private final IndexSearcher searcher;

    private LuceneTexts(Packages packages) throws IOException {
        try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(analyzer))) {
            for (Packages.Package one : packages.all()) {
                Document document = new Document();
                document.add(new TextField(FIELD, one.text(), Field.Store.NO));
                writer.addDocument(document);
            }
            // One segment: a document's number is then its row.
            writer.forceMerge(1);
        }
        reader = DirectoryReader.open(directory);
        searcher = new IndexSearcher(reader);
        searcher.setSimilarity(new BM25Similarity());
    }

    public static LuceneTexts of(Packages packages) {
        try {
            return new LuceneTexts(packages);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "Lucene cannot index: " + e, e);
        }
    }

    /** The score of every row that has any of the text's words; 0 for the others. */
    public float[] scores(String text) {
        float[] scores = new float[reader.maxDoc()];
        try {
            for (ScoreDoc hit : searcher.search(query(text), reader.maxDoc()).scoreDocs) {
                scores[hit.doc] = hit.score;
            }
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "Lucene cannot search: " + e, e);
        }
        return scores;
    }

    private BooleanQuery query(String text) throws IOException {
        Map<String, Integer> terms = new LinkedHashMap<>();
        try (TokenStream tokens = analyzer.tokenStream(FIELD, text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                terms.merge(term.toString(), 1, Integer::sum);
            }
            tokens.end();
        }
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        terms.forEach(
                (term, count) ->
                        query.add(
                                new BoostQuery(new TermQuery(new Term(FIELD, term)), count),
                                BooleanClause.Occur.SHOULD));
        return query.build();
    }

    @Override
    public void close() throws IOException {
        reader.close();
        directory.close();
        analyzer.close();
    }
}
