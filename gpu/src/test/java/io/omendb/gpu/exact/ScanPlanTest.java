package io.omendb.gpu.exact;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.gpu.resident.Layout;
import org.junit.jupiter.api.Test;

class ScanPlanTest {
    private static final int SHARED = 227 << 10;

    @Test
    void group_growsWithQueries_asFarAsSharedMemoryReaches() {
        assertThat(plan(1, 10, 1000, 1, 128).group()).isEqualTo(8);
        assertThat(plan(16, 10, 1000, 1, 128).group()).isEqualTo(16);
        assertThat(plan(17, 10, 1000, 1, 128).group()).isEqualTo(32);
        assertThat(plan(1000, 10, 1000, 1, 128).group()).isEqualTo(64);
        assertThat(plan(1000, 10, 1000, 1, 4096).group()).isEqualTo(32);
        assertThat(plan(1000, 10, 1000, 1, 8192).group()).isEqualTo(16);
    }

    @Test
    void sampled_isASmallShare_butHasEnoughMatches() {
        assertThat(plan(1, 10, 312_500, 1, 128).sampled()).isEqualTo(6103);
        assertThat(plan(1, 10, 100, 1, 128).sampled()).isEqualTo(100);
        assertThat(plan(1, 10, 312_500, 0.0001, 128).sampled()).isEqualTo(25_000);
    }

    @Test
    void queries_areSoManyThatWorkFits() {
        assertThat(plan(5000, 10, 1000, 1, 128).queries()).isEqualTo(1024);
        ScanPlan large = plan(5000, 1024, 312_500, 1, 128);
        assertThat(large.queries()).isBetween(100, 300);
        assertThat(large.capacity()).isEqualTo(65_536);
    }

    private static ScanPlan plan(int queries, int k, int tiles, double share, int dimension) {
        return ScanPlan.of(queries, k, tiles, share, new Layout(dimension), SHARED);
    }
}
