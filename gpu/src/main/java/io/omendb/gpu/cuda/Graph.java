package io.omendb.gpu.cuda;

import static io.omendb.gpu.cuda.CudaException.check;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;

/**
 * Work that was recorded once and is started as a whole: one call of the driver instead of one for
 * each copy and kernel, and no gaps between them. Addresses and numbers are those of the recording.
 */
public final class Graph implements AutoCloseable {
    private final CUgraphExec handle;
    private boolean open = true;

    private Graph(CUgraphExec handle) {
        this.handle = handle;
    }

    /** Records what some code starts on a stream; none of it runs yet. */
    public static Graph record(Stream stream, Runnable work) {
        check(
                "cuStreamBeginCapture",
                JCudaDriver.cuStreamBeginCapture(
                        stream.handle(), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED));
        CUgraph recorded = new CUgraph();
        RuntimeException failed = null;
        try {
            work.run();
        } catch (CudaException e) {
            failed = e;
        }
        int ended = JCudaDriver.cuStreamEndCapture(stream.handle(), recorded);
        if (failed != null) {
            throw failed;
        }
        check("cuStreamEndCapture", ended);
        try {
            CUgraphExec handle = new CUgraphExec();
            check("cuGraphInstantiate", JCudaDriver.cuGraphInstantiate(handle, recorded, 0));
            return new Graph(handle);
        } finally {
            int unchecked = JCudaDriver.cuGraphDestroy(recorded);
        }
    }

    /** Starts it. */
    public void launch(Stream stream) {
        check("cuGraphLaunch", JCudaDriver.cuGraphLaunch(handle, stream.handle()));
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            check("cuGraphExecDestroy", JCudaDriver.cuGraphExecDestroy(handle));
        }
    }
}
