package io.omendb.gpu;

import io.omendb.index.device.DeviceException;
import io.omendb.index.device.SearchDevice;
import io.omendb.index.device.SearchDeviceProvider;

/** Found by {@link java.util.ServiceLoader}. */
public final class CudaProvider implements SearchDeviceProvider {

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public SearchDevice open() throws DeviceException {
        return CudaSearchDevice.open(GpuOptions.ofProperties());
    }
}
