package io.omendb.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.index.device.DeviceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GpuOptionsTest {

    @AfterEach
    void clear() {
        System.clearProperty(GpuOptions.MEMORY);
    }

    @Test
    void memory_ofUnits() throws Exception {
        System.setProperty(GpuOptions.MEMORY, "6g");
        assertThat(GpuOptions.ofProperties().budgetBytes(1)).isEqualTo(6L << 30);
        System.setProperty(GpuOptions.MEMORY, "512M");
        assertThat(GpuOptions.ofProperties().budgetBytes(1)).isEqualTo(512L << 20);
        System.setProperty(GpuOptions.MEMORY, "1000");
        assertThat(GpuOptions.ofProperties().budgetBytes(1)).isEqualTo(1000);
    }

    @Test
    void memory_absent_isAShareOfWhatIsFree() throws Exception {
        assertThat(GpuOptions.ofProperties().budgetBytes(80L << 30)).isEqualTo(63L << 30);
        assertThat(GpuOptions.ofProperties().budgetBytes(1 << 20)).isZero();
    }

    @Test
    void memory_thatIsNone_isAnError() {
        for (String text : new String[] {"much", "-1", "0", "9999999999g", "g"}) {
            System.setProperty(GpuOptions.MEMORY, text);
            assertThatThrownBy(GpuOptions::ofProperties)
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("omen.gpu.memory: found \"" + text + "\"");
        }
    }
}
