package io.omendb.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.omendb.gateway.collections.CollectionFigures;
import io.omendb.gateway.freshness.Freshness;
import io.omendb.protocol.v1.DeviceStats;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MetersTest {
    @Test
    void dailyCount_forgetsWhatIsOlderThanADay() {
        AtomicLong clock = new AtomicLong(TimeUnit.DAYS.toMillis(20_000));
        DailyCount count = new DailyCount(clock::get);
        count.increment();
        clock.addAndGet(TimeUnit.HOURS.toMillis(12));
        count.increment();
        count.increment();
        assertThat(count.sum()).isEqualTo(3);
        clock.addAndGet(TimeUnit.HOURS.toMillis(13));
        assertThat(count.sum()).isEqualTo(2);
        clock.addAndGet(TimeUnit.DAYS.toMillis(400));
        assertThat(count.sum()).isZero();
        count.increment();
        assertThat(count.sum()).isEqualTo(1);
    }

    @Test
    void rollingMean_isOfTheLatest() {
        RollingMean mean = new RollingMean(3);
        assertThat(mean.mean()).isNaN();
        mean.add(1);
        assertThat(mean.mean()).isEqualTo(1);
        mean.add(0);
        mean.add(0.5);
        assertThat(mean.mean()).isEqualTo(0.5);
        mean.add(0.4);
        assertThat(mean.mean()).isCloseTo(0.3, org.assertj.core.data.Offset.offset(1e-12));
    }

    @Test
    void insertionRate_isWhatWasAppliedBetweenScrapes() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        CollectionMeters meters = new CollectionMeters(registry);
        long second = TimeUnit.SECONDS.toNanos(1);
        meters.update(figures(99), 0);
        assertThat(rate(registry)).isZero();
        meters.update(figures(299), 2 * second);
        assertThat(rate(registry)).isEqualTo(100);
        // Too soon to tell.
        meters.update(figures(399), 2 * second + 1);
        assertThat(rate(registry)).isEqualTo(100);
        // After a restart.
        meters.update(figures(199), 4 * second);
        assertThat(rate(registry)).isZero();
        meters.update(List.of(), 6 * second);
        assertThat(registry.find("omendb.insertion.rate.per.sec").gauge()).isNull();
    }

    @Test
    void gpus_areToldWhereThereAreSome() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        DeviceMeters meters = new DeviceMeters(registry);
        meters.update(List.of());
        assertThat(registry.find("omendb.gpu.searches").gauge()).isNull();
        meters.update(
                List.of(
                        DeviceStats.newBuilder()
                                .setId("1")
                                .setName("a GPU")
                                .setSearches(7)
                                .setFailures(2)
                                .build()));
        assertThat(registry.get("omendb.gpu.searches").tag("gpu", "a GPU").gauge().value())
                .isEqualTo(7);
        assertThat(registry.get("omendb.gpu.failures").gauge().value()).isEqualTo(2);
    }

    private static double rate(SimpleMeterRegistry registry) {
        return registry.get("omendb.insertion.rate.per.sec").gauge().value();
    }

    private static List<CollectionFigures> figures(long writes) {
        Freshness freshness = new Freshness(new TreeMap<>(), 0L, 0L);
        return List.of(new CollectionFigures("c", 1, 2, 3, 4, writes, null, freshness));
    }
}
