package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Lucene's HNSW graph in a temporary folder, merged to one segment. One thread builds: there is one
 * writer, and merges run on its thread. The write buffer is a quarter of the heap, because every
 * segment flushed before the end is a graph that a merge builds again.
 *
 * <p>Uses only what Lucene 9.12 and 10 both have: compiled against either, it runs with either.
 */
final class LuceneIndex implements BenchIndex {
    private static final String VECTOR = "vector";
    private static final String ROW = "row";

    /** Below the 1,945 MB at which a writer flushes in any case. */
    private static final double BUFFER_MB_MAX = 1_900;

    private static final int[] CANDIDATES = {
        10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024
    };

    private final Path folder;
    private final Directory directory;
    private final IndexWriter writer;
    private final int dimension;
    private final FieldType vectorType;
    private @Nullable DirectoryReader reader;
    private boolean closed;

    private LuceneIndex(
            Path folder, Directory directory, IndexWriter writer, int dimension, Metric metric) {
        this.folder = folder;
        this.directory = directory;
        this.writer = writer;
        this.dimension = dimension;
        this.vectorType = KnnFloatVectorField.createFieldType(dimension, similarity(metric));
    }

    private static VectorSimilarityFunction similarity(Metric metric) {
        return switch (metric) {
            case L2 -> VectorSimilarityFunction.EUCLIDEAN;
            case COSINE -> VectorSimilarityFunction.COSINE;
            case DOT -> VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
        };
    }

    static LuceneIndex create(int dimension, Metric metric, GraphSettings settings) {
        try {
            Path folder = Files.createTempDirectory("omen-lucene-");
            try {
                Directory directory = FSDirectory.open(folder);
                IndexWriter writer = new IndexWriter(directory, writing(settings));
                return new LuceneIndex(folder, directory, writer, dimension, metric);
            } catch (IOException | RuntimeException e) {
                delete(folder);
                throw e;
            }
        } catch (IOException e) {
            throw failed("create", e);
        }
    }

    private static IndexWriterConfig writing(GraphSettings settings) {
        double heapMb = Runtime.getRuntime().maxMemory() / 1e6;
        return new IndexWriterConfig()
                .setCodec(LuceneFormat.codec(settings))
                .setMergeScheduler(new SerialMergeScheduler())
                .setUseCompoundFile(false)
                .setRAMBufferSizeMB(Math.min(BUFFER_MB_MAX, heapMb / 4));
    }

    @Override
    public void add(int firstRow, int rows, float[] vectors) {
        try {
            for (int i = 0; i < rows; i++) {
                int from = i * dimension;
                float[] vector = Arrays.copyOfRange(vectors, from, from + dimension);
                Document document = new Document();
                document.add(new KnnFloatVectorField(VECTOR, vector, vectorType));
                document.add(new NumericDocValuesField(ROW, firstRow + i));
                writer.addDocument(document);
            }
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    @Override
    public void finish() {
        try {
            writer.forceMerge(1);
            writer.close();
            reader = DirectoryReader.open(directory);
        } catch (IOException e) {
            throw failed("merge", e);
        }
    }

    @Override
    public long vectorBytes() {
        return 0; // mapped
    }

    @Override
    public long mappedBytes() {
        try {
            long bytes = 0;
            for (String file : directory.listAll()) {
                bytes += directory.fileLength(file);
            }
            return bytes;
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    @Override
    public List<OperatingPoint> points() {
        if (reader == null) {
            throw new IllegalStateException("not finished");
        }
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null); // every search searches
        return IntStream.of(CANDIDATES)
                .<OperatingPoint>mapToObj(candidates -> new Candidates(searcher, candidates))
                .toList();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            writer.rollback(); // nothing, if it is closed already
            if (reader != null) {
                reader.close();
            }
            directory.close();
            delete(folder);
        } catch (IOException e) {
            throw failed("close", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private static OmenException failed(String what, IOException cause) {
        return new OmenException(
                ErrorCode.EXTERNAL, "cannot " + what + " the Lucene index: " + cause, cause);
    }

    /** Collects more candidates than the ten wanted: Lucene's k is HNSW's ef. */
    private record Candidates(IndexSearcher searcher, int candidates) implements OperatingPoint {

        @Override
        public String params() {
            return "k=" + candidates;
        }

        @Override
        public Answer search(float[] query, int k) {
            try {
                KnnFloatVectorQuery knn =
                        new KnnFloatVectorQuery(VECTOR, query, Math.max(k, candidates));
                return new Answer(rows(searcher.search(knn, k).scoreDocs), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /**
         * Merges may reorder documents, so each says which row it is; doc values are read in the
         * order of documents.
         */
        private int[] rows(ScoreDoc[] hits) throws IOException {
            long[] documents = new long[hits.length];
            Arrays.setAll(documents, rank -> (long) hits[rank].doc << Integer.SIZE | rank);
            Arrays.sort(documents);
            NumericDocValues row =
                    searcher.getIndexReader().leaves().get(0).reader().getNumericDocValues(ROW);
            int[] rows = new int[hits.length];
            for (long document : documents) {
                row.advanceExact((int) (document >>> Integer.SIZE));
                rows[(int) document] = (int) row.longValue();
            }
            return rows;
        }
    }
}
