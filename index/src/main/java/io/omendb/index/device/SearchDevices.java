package io.omendb.index.device;

import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The device of this process: opened once, when first asked for, and shared by all shards. Its
 * owner is the process; a shutdown hook closes it.
 */
public final class SearchDevices {
    private static final Logger LOG = LoggerFactory.getLogger(SearchDevices.class);
    private static final String SWITCH = "omen.gpu";

    private SearchDevices() {}

    /** The device, or null where there is none or {@code -Domen.gpu=off} says to do without. */
    public static @Nullable SearchDevice shared() {
        return Shared.DEVICE;
    }

    /** Why there is no device; empty if there is one. */
    public static String absence() {
        return Shared.ABSENCE;
    }

    private static List<SearchDeviceProvider> providers() {
        try {
            return ServiceLoader.load(
                            SearchDeviceProvider.class, SearchDevices.class.getClassLoader())
                    .stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();
        } catch (ServiceConfigurationError e) {
            LOG.warn("A plugin for a device cannot be loaded: {}", e.getMessage());
            return List.of();
        }
    }

    /** Opened by the first look at it. */
    private static final class Shared {
        static final @Nullable SearchDevice DEVICE;
        static final String ABSENCE;

        static {
            SearchDevice found = null;
            String absence = "no plugin for one is installed";
            if (System.getProperty(SWITCH, "auto").equals("off")) {
                absence = "it is switched off (-D" + SWITCH + "=off)";
            } else {
                for (SearchDeviceProvider provider : providers()) {
                    try {
                        found = provider.open();
                        break;
                    } catch (DeviceException | RuntimeException | LinkageError e) {
                        absence = provider.name() + ": " + e.getMessage();
                    }
                }
            }
            DEVICE = found;
            ABSENCE = found == null ? absence : "";
            if (found == null) {
                LOG.info("Searches run on the processor alone: {}", absence);
            } else {
                LOG.info("Searches may run on {}", found.name());
                Runtime.getRuntime().addShutdownHook(new Thread(found::close, "omen-gpu-close"));
            }
        }
    }
}
