package io.omendb.index.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DevicePlannerTest {
    private static final long MICRO = 1000;
    private static final long SEED = 100;

    /** What an H100 and 16 cores beside it took (docs/gpu.md), 128 components, by matches. */
    private static final List<SearchSimulation.Work> WORK =
            List.of(
                    work("all", 10, 16_600, 13_400, 10, 15, 4.5, 100, 100, 110, 150, 300),
                    work("100", 40, 79, 83, 60, 76, 3.7, 47, 46, 64, 75, 127),
                    work("400", 30, 86, 117, 68, 97, 4.3, 54, 46, 48, 64, 191),
                    work("1000", 25, 136, 226, 61, 118, 5.5, 68, 73, 81, 115, 421),
                    work("4000", 25, 885, 965, 132, 190, 11.5, 66, 68, 92, 275, 1288));

    /** What calibration found there. */
    private static final CostModel COSTS = new CostModel(80, 2.4e6, 97, 44_000, 18_000, 7_900);

    private long now;

    /** 100 us and 1,000 bytes of codes in a microsecond. */
    private final DevicePlanner planner =
            new DevicePlanner(new CostModel(100, 1000, 50, 2000, 500, 100), () -> now);

    private static SearchSimulation.Work work(
            String name,
            double around,
            double host,
            double hostCrowded,
            double handing,
            double handingCrowded,
            double each,
            double... batch) {
        return new SearchSimulation.Work(
                name,
                around,
                new double[] {host, hostCrowded},
                new double[] {handing, handingCrowded},
                each,
                batch);
    }

    /** One after the other, so many times; tells how many ran on the device. */
    private int search(Supplier<PlannedSearch> begin, int times, long hostMicros, long gpuMicros) {
        int onDevice = 0;
        for (int i = 0; i < times; i++) {
            try (PlannedSearch search = begin.get()) {
                now += MICRO * (search.onDevice() ? gpuMicros : hostMicros);
                onDevice += search.onDevice() ? 1 : 0;
            }
        }
        return onDevice;
    }

    private boolean first(Supplier<PlannedSearch> begin) {
        return search(begin, 1, 1, 1) == 1;
    }

    @Test
    void scan_beginsWhereEstimatesSay() {
        // 10,000 rows of 128 + 8 bytes: 1,460 us there.
        assertThat(first(() -> planner.scan(10_000, 128, 5_000_000))).isTrue();
        assertThat(first(() -> planner.scan(10_000, 128, 100_000))).isFalse();
    }

    @Test
    void rerank_beginsWhereEstimatesSay() {
        // 512 bytes a row: 5.12 us here, 50 us and 0.256 us there.
        assertThat(first(() -> planner.rerank(5, 128))).isFalse();
        assertThat(first(() -> planner.rerank(50, 128))).isTrue();
    }

    @Test
    void scan_learnsWhatSearchesTake() {
        Supplier<PlannedSearch> begin = () -> planner.scan(10_000, 128, 1_000_000);
        assertThat(first(begin)).isFalse();
        search(begin, 1000, 4000, 1460);
        assertThat(search(begin, 1000, 4000, 1460)).isGreaterThan(950);
        search(begin, 1000, 4000, 11_000);
        assertThat(search(begin, 1000, 4000, 11_000)).isLessThan(50);
    }

    @Test
    void sizes_areLearntApart() {
        search(() -> planner.rerank(5, 128), 1000, 200, 50);
        assertThat(search(() -> planner.rerank(5, 128), 64, 200, 50)).isGreaterThan(60);
        assertThat(first(() -> planner.rerank(2, 128))).isFalse();
        assertThat(first(() -> planner.scan(10_000, 128, 1_000_000))).isFalse();
    }

    @Test
    void probes_areFew_whereTheOtherSideIsDearer() {
        Supplier<PlannedSearch> near = () -> planner.scan(10_000, 128, 1_200_000);
        search(near, 1000, 1200, 1800);
        assertThat(search(near, 64_000, 1200, 1800)).isBetween(300, 1100);
        Supplier<PlannedSearch> far = () -> planner.rerank(2, 128);
        search(far, 10_000, 2, 50);
        assertThat(search(far, 64_000, 2, 50)).isBetween(10, 50);
    }

    @Test
    void waiting_counts_forSearchesThatHaveNotEnded() {
        // A tenth of them waits for a core: 0.4 ms in the mean, though most take 26 us.
        int onDevice = 0;
        for (int i = 0; i < 20_000; i++) {
            onDevice += search(() -> planner.rerank(5, 128), 1, i % 10 == 0 ? 4000 : 26, 60);
        }
        assertThat(onDevice).isGreaterThan(18_000);
    }

    @Test
    void pauses_andOneSlowSearch_areSoonForgotten() {
        Supplier<PlannedSearch> begin = () -> planner.scan(10_000, 128, 1_000_000);
        for (long pauseMicros : new long[] {0, 60_000_000, 8 * 3_600_000_000L}) {
            search(begin, 100, 1000, 200);
            now += MICRO * pauseMicros;
            // The device is slow for once.
            search(begin, 1, 1000, 50_000);
            search(begin, 20_000, 1000, 200);
            assertThat(search(begin, 1000, 1000, 200)).as("%d µs", pauseMicros).isGreaterThan(950);
        }
    }

    @Test
    void abandoned_saysNothing() {
        for (int i = 0; i < 5000; i++) {
            try (PlannedSearch search = planner.rerank(5, 128)) {
                now += MICRO;
                search.abandon();
            }
        }
        assertThat(search(() -> planner.rerank(5, 128), 200, 26, 60)).isLessThan(30);
    }

    @Test
    void forced_teachesNothing() {
        for (int i = 0; i < 1000; i++) {
            try (PlannedSearch search = PlannedSearch.forced()) {
                assertThat(search.onDevice()).isTrue();
                now += MICRO;
            }
        }
        assertThat(first(() -> planner.rerank(5, 128))).isFalse();
    }

    /**
     * With more and more threads, and with fewer and fewer: a load that is over must be forgotten.
     * Right is where four fifths of the searches are made that the better side alone would make.
     */
    @ParameterizedTest
    @EnumSource
    void plans_suitTheLoad(SearchSimulation.Cores cores) {
        SearchSimulation simulation = new SearchSimulation(SEED, cores);
        DevicePlanner learning = new DevicePlanner(COSTS, simulation::clock);
        int[] threads = {1, 16, 64, 256, 256, 64, 16, 1};
        List<String> wrong = new ArrayList<>();
        for (SearchSimulation.Work work : WORK) {
            Supplier<PlannedSearch> planned =
                    work.name().equals("all")
                            ? () -> learning.scan(1_000_000, 128, 4e6)
                            : () -> learning.rerank(Integer.parseInt(work.name()), 128);
            for (int count : threads) {
                double here = run(simulation, work, count, DevicePlannerTest::onHost).perSecond();
                double there = run(simulation, work, count, PlannedSearch::forced).perSecond();
                SearchSimulation.Load auto = run(simulation, work, count, planned);
                if (auto.perSecond() < 0.8 * Math.max(here, there)) {
                    wrong.add(
                            String.format(
                                    "%s matches, %d threads: %.0f/s here, %.0f/s there, %s",
                                    work.name(), count, here, there, auto));
                }
            }
        }
        assertThat(wrong).as("of 40, seed %d", SEED).hasSizeLessThanOrEqualTo(1);
    }

    private static SearchSimulation.Load run(
            SearchSimulation simulation,
            SearchSimulation.Work work,
            int threads,
            Supplier<PlannedSearch> planner) {
        return simulation.run(work, threads, planner, 300_000, 500_000);
    }

    private static PlannedSearch onHost() {
        return new PlannedSearch(null, false, false, 0, 0);
    }

    @Test
    void manyThreads_leaveNothingUnderWay() {
        DevicePlanner shared = new DevicePlanner(COSTS);
        int onDevice =
                IntStream.range(0, 100_000)
                        .parallel()
                        .map(
                                any -> {
                                    try (PlannedSearch search = shared.rerank(1000, 128)) {
                                        return search.onDevice() ? 1 : 0;
                                    }
                                })
                        .sum();
        assertThat(onDevice).isBetween(0, 100_000);
    }
}
