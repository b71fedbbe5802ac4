package io.omendb.index.device;

/** A plugin that may bring a {@link SearchDevice}; found by {@link java.util.ServiceLoader}. */
public interface SearchDeviceProvider {

    /** A word for logs, such as {@code cuda}. */
    String name();

    /**
     * Opens the device of this machine. The caller closes it.
     *
     * @throws DeviceException if there is none, or it cannot be used; the message says why
     */
    SearchDevice open() throws DeviceException;
}
