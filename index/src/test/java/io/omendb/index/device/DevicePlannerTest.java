package io.omendb.index.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DevicePlannerTest {
    /** 100 us and 1,000 bytes of codes in a microsecond. */
    private final DevicePlanner planner =
            new DevicePlanner(new CostModel(100, 1000, 50, 2000, 500, 100));

    @Test
    void isDeviceFaster_comparesEstimates() {
        // 10,000 rows of 128 + 8 bytes: 1,460 us there.
        assertThat(planner.isDeviceFaster(10_000, 128, 5_000_000)).isTrue();
        assertThat(planner.isDeviceFaster(10_000, 128, 100_000)).isFalse();
    }

    @Test
    void isDeviceFaster_learnsWhatSearchesTake() {
        assertThat(planner.isDeviceFaster(10_000, 128, 1_000_000)).isFalse();
        for (int i = 0; i < 400; i++) {
            planner.observeHost(1_000_000, 4_000_000);
        }
        assertThat(planner.isDeviceFaster(10_000, 128, 1_000_000)).isTrue();
        for (int i = 0; i < 400; i++) {
            planner.observeDevice(10_000, 128, 11_000_000);
        }
        assertThat(planner.isDeviceFaster(10_000, 128, 1_000_000)).isFalse();
    }

    @Test
    void isDeviceFaster_triesTheOtherNowAndThen_whereBothAreClose() {
        int device = 0;
        for (int i = 0; i < 640; i++) {
            device += planner.isDeviceFaster(10_000, 128, 1_200_000) ? 1 : 0;
        }
        assertThat(device).isEqualTo(10);
    }

    @Test
    void isDeviceRerankFaster_fromSomeRowsOn() {
        // 512 bytes a row: 5.12 us here, 50 us and 0.256 us there.
        assertThat(planner.isDeviceRerankFaster(10, 128)).isFalse();
        assertThat(planner.isDeviceRerankFaster(11, 128)).isTrue();
    }

    @Test
    void isDeviceRerankFaster_learnsWhatComparingTakes() {
        // Memory is far slower than what was measured at the start.
        for (int i = 0; i < 400; i++) {
            planner.observeHostRerank(5, 128, 5 * 25_600);
        }
        assertThat(planner.isDeviceRerankFaster(5, 128)).isTrue();
        // Other sizes are another matter, and so are searches of all rows.
        assertThat(planner.isDeviceRerankFaster(2, 128)).isFalse();
        assertThat(planner.isDeviceFaster(10_000, 128, 1_000_000)).isFalse();
        for (int i = 0; i < 400; i++) {
            planner.observeDeviceRerank(5, 128, 200_000);
        }
        assertThat(planner.isDeviceRerankFaster(5, 128)).isFalse();
    }

    @Test
    void observe_aFewThatTakeFarLonger_countInFull() {
        // Nine in ten as estimated, 25.6 us, the tenth waits for a core: 0.4 ms in the mean.
        for (int i = 0; i < 400; i++) {
            planner.observeHostRerank(5, 128, i % 10 == 0 ? 4_000_000 : 25_600);
        }
        assertThat(planner.isDeviceRerankFaster(5, 128)).isTrue();
    }

    /**
     * Microseconds that comparing rows took on an H100 and 16 cores beside it (docs/gpu.md): here
     * and there, by how many of the searches here wait for a core, and how long.
     */
    @ParameterizedTest
    @CsvSource({
        "100, 69, 140, 0, 0", "100, 88, 2000, 0.1, 1500", "400, 99, 156, 0, 0",
        "1000, 237, 622, 0.05, 16000", "1000, 237, 622, 0.01, 5000", "4000, 937, 220, 0, 0",
        "4000, 950, 3900, 0.14, 94000", "4000, 950, 3900, 0.01, 10000"
    })
    void isDeviceRerankFaster_settlesForWhatTakesLessInTheMean(
            int rows, double here, double there, double waiting, double waitMicros) {
        DevicePlanner learning =
                new DevicePlanner(new CostModel(80, 2.4e6, 97, 44_000, 18_000, 7_900));
        Random random = new Random(rows);
        boolean deviceIsFaster = there < here + waiting * waitMicros;
        int right = 0;
        for (int i = 0; i < 40_000; i++) {
            boolean onDevice = learning.isDeviceRerankFaster(rows, 128);
            // The first searches of all run in the interpreter.
            double cold = i < 20 ? 30_000 : 0;
            if (onDevice) {
                double micros = there * (0.8 + 0.4 * random.nextDouble()) + cold;
                learning.observeDeviceRerank(rows, 128, micros * 1000);
            } else {
                double wait = random.nextDouble() < waiting ? waitMicros : 0;
                double micros = here * (0.8 + 0.4 * random.nextDouble()) + wait + cold;
                learning.observeHostRerank(rows, 128, micros * 1000);
            }
            right += i >= 20_000 && onDevice == deviceIsFaster ? 1 : 0;
        }
        assertThat(right).as("right ones of 20,000").isGreaterThan(18_000);
    }
}
