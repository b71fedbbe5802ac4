package io.omendb.index.device;

import io.omendb.OmenException;
import java.util.Locale;

/** Where a search should run. */
public enum DeviceChoice {
    /** Where it is expected to be faster. */
    AUTO,
    /** On the processor. */
    CPU,
    /** On the device, as far as segments are there. */
    GPU;

    /**
     * The choice of a name.
     *
     * @throws OmenException INVALID if there is none
     */
    public static DeviceChoice ofApiName(String name) {
        for (DeviceChoice choice : values()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(name)) {
                return choice;
            }
        }
        throw OmenException.invalid(
                "params.device: found \"" + name + "\", expected one of auto, cpu, gpu");
    }
}
