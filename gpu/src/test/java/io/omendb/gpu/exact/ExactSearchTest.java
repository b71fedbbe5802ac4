package io.omendb.gpu.exact;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.gpu.Gpu;
import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.Stream;
import io.omendb.gpu.resident.Uploader;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The GPU against a plain loop in double precision. Skipped, saying so, where there is no GPU. */
class ExactSearchTest {
    private CudaContext context;
    private Stream stream;
    private Uploader uploader;
    private ExactSearch exact;
    private ListedRows listed;
    private Burial burial;
    private long seed;
    private Random random;

    @BeforeEach
    void open() {
        context = Gpu.open();
        stream = context.stream();
        uploader = new Uploader(context);
        exact = new ExactSearch(context, stream);
        listed = new ListedRows(context, stream);
        burial = new Burial(context, stream);
        seed = System.nanoTime();
        random = new Random(seed);
    }

    @AfterEach
    void close() {
        if (context != null && exact != null) {
            exact.close();
            listed.close();
            burial.close();
            uploader.close();
            stream.close();
            context.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3, 5000",
        "13, 10000",
        "100, 4000",
        "128, 8000",
        "207, 3000",
        "702, 1500",
        "768, 2000",
        "1536, 1000",
        "4096, 500"
    })
    void run_randomVectors_isWhatComparingAllRowsFinds(int dimension, int rows) {
        for (Spread spread : Spread.values()) {
            TestRows data = TestRows.random(random, rows, dimension, spread, 3);
            for (boolean l2 : new boolean[] {true, false}) {
                for (int batch : new int[] {1, 5, 16, 33, 130}) {
                    check(data, l2, batch, 10);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 129, 1024})
    void run_anyK(int k) {
        TestRows data = TestRows.random(random, 30_000, 64, Spread.GAUSSIAN, 2);
        check(data, true, 3, k);
        check(data, false, 40, k);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 32, 33, 1000})
    void run_fewRows(int rows) {
        for (int k : new int[] {1, 10, 200}) {
            check(TestRows.random(random, rows, 20, Spread.GAUSSIAN, 1), true, 2, k);
        }
    }

    @Test
    void run_vectorsOfZerosAndTinyOnes() {
        TestRows data = TestRows.random(random, 2000, 40, Spread.GAUSSIAN, 1);
        for (int row = 0; row < 2000; row += 3) {
            data.scale(row, row % 2 == 0 ? 0 : 1e-25f);
        }
        check(data, true, 9, 10);
        check(data, false, 9, 10);
    }

    /**
     * Queries far from all rows, so that scores lie apart and a bound that is off by one row shows.
     */
    @ParameterizedTest
    @ValueSource(ints = {24, 128})
    void run_whileTheLastSegmentFills_isWhatComparingAllRowsFinds(int dimension) {
        for (int round = 0; round < 10; round++) {
            TestRows data = TestRows.random(random, 3000, dimension, Spread.GAUSSIAN, 3);
            for (boolean l2 : new boolean[] {true, false}) {
                try (TestRows.Uploaded uploaded =
                        data.uploadGrowing(uploader, stream, l2, random)) {
                    List<SearchRequest> requests = new ArrayList<>();
                    for (int q = 0; q < 40; q++) {
                        float[] query = data.query(random);
                        for (int d = 0; d < dimension; d++) {
                            query[d] *= 1 + q % 4;
                        }
                        requests.add(new SearchRequest(query, 10, 0, uploaded.limit(), null));
                    }
                    List<RowList> found = exact.run(uploaded.table(), l2, requests);
                    for (int q = 0; q < requests.size(); q++) {
                        data.check(uploaded.table(), l2, requests.get(q), found.get(q), seed);
                    }
                }
            }
        }
    }

    /** More equal rows than there is room for candidates: bounds tell nothing. */
    @Test
    void run_thousandsOfEqualRows_areComparedOneByOne() {
        TestRows data = TestRows.random(random, 60_000, 24, Spread.GAUSSIAN, 2);
        for (int row = 1; row < 50_000; row++) {
            data.copy(0, row);
        }
        long before = exact.rescans();
        check(data, true, 4, 10, 0);
        assertThat(exact.rescans()).isGreaterThan(before);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.0005, 0.01, 0.3, 0.9})
    void run_filtersAndTombstones_leaveTheRestExactly(double share) {
        TestRows data = TestRows.random(random, 50_000, 48, Spread.GAUSSIAN, 4);
        for (int i = 0; i < 20_000; i++) {
            data.kill(random.nextInt(50_000), 1 + random.nextInt(100));
        }
        try (TestRows.Uploaded uploaded = data.upload(uploader, stream, true)) {
            burial.send(uploaded.table().segments());
            List<SearchRequest> requests = new ArrayList<>();
            for (int q = 0; q < 20; q++) {
                List<BitSet> matches = q % 3 == 0 ? null : data.randomMatches(random, share);
                requests.add(
                        new SearchRequest(
                                data.query(random),
                                10,
                                random.nextInt(110),
                                uploaded.limit(),
                                matches));
            }
            exact.poison();
            List<RowList> found = exact.run(uploaded.table(), true, requests);
            for (int q = 0; q < requests.size(); q++) {
                data.check(uploaded.table(), true, requests.get(q), found.get(q), seed);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 100, 128, 768, 1536})
    void listed_randomRows_areScoredExactly(int dimension) {
        TestRows data = TestRows.random(random, 6000, dimension, Spread.MIXED, 3);
        for (boolean l2 : new boolean[] {true, false}) {
            try (TestRows.Uploaded uploaded = data.upload(uploader, stream, l2)) {
                List<SearchRequest> requests = new ArrayList<>();
                List<RerankRequest> reranks = new ArrayList<>();
                for (int q = 0; q < 40; q++) {
                    List<BitSet> rows = data.randomMatches(random, random.nextDouble());
                    float[] query = data.query(random);
                    requests.add(new SearchRequest(query, 1 + q, 0, uploaded.limit(), rows));
                    reranks.add(
                            new RerankRequest(query, 1 + q, data.numbers(uploaded.table(), rows)));
                }
                List<RowList> found = listed.run(uploaded.table(), l2, reranks);
                for (int q = 0; q < requests.size(); q++) {
                    data.check(uploaded.table(), l2, requests.get(q), found.get(q), seed);
                }
            }
        }
    }

    private void check(TestRows data, boolean l2, int batch, int k) {
        check(data, l2, batch, k, -1);
    }

    /** Searches a batch; one query is a row where {@code near} names it. */
    private void check(TestRows data, boolean l2, int batch, int k, int near) {
        try (TestRows.Uploaded uploaded = data.upload(uploader, stream, l2)) {
            List<SearchRequest> requests = new ArrayList<>();
            for (int q = 0; q < batch; q++) {
                float[] query = q == 0 && near >= 0 ? data.vector(near) : data.query(random);
                requests.add(new SearchRequest(query, k, 0, uploaded.limit(), null));
            }
            exact.poison();
            List<RowList> found = exact.run(uploaded.table(), l2, requests);
            assertThat(found).hasSize(batch);
            // The plain loop is slow: of large batches some queries, the last among them.
            int step = Math.max(1, batch / 8);
            for (int q = batch - 1; q >= 0; q -= step) {
                data.check(uploaded.table(), l2, requests.get(q), found.get(q), seed);
            }
        }
    }
}
