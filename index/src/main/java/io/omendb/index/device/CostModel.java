package io.omendb.index.device;

/**
 * What searches cost on the device and on the processor, as measured when the device was opened. It
 * only chooses where to run; answers are the same.
 *
 * @param overheadMicros what any search on the device takes, from handing it over to the answer
 * @param codeBytesPerMicro how fast the device reads codes
 * @param rerankOverheadMicros what comparing listed rows takes at least
 * @param rerankBytesPerMicro how fast it reads listed vectors
 * @param hostBytesPerMicro how fast one thread of the processor compares vectors that lie end to
 *     end
 * @param hostGatherBytesPerMicro the same for vectors that lie apart
 */
public record CostModel(
        double overheadMicros,
        double codeBytesPerMicro,
        double rerankOverheadMicros,
        double rerankBytesPerMicro,
        double hostBytesPerMicro,
        double hostGatherBytesPerMicro) {
    private static final int COMPONENTS = 64;
    private static final int ROW_BYTES = 8;

    /** Microseconds of an exact search of so many rows on the device, alone there. */
    public double deviceMicros(long rows, int dimension) {
        int padded = (dimension + COMPONENTS - 1) / COMPONENTS * COMPONENTS;
        return overheadMicros + rows * (double) (padded + ROW_BYTES) / codeBytesPerMicro;
    }

    /** Microseconds of comparing every row on one thread of the processor. */
    public double hostMicros(long rows, int dimension) {
        return rows * (double) dimension * Float.BYTES / hostBytesPerMicro;
    }

    /** Microseconds of comparing listed rows on the device. */
    public double deviceRerankMicros(long rows, int dimension) {
        return rerankOverheadMicros + rows * (double) dimension * Float.BYTES / rerankBytesPerMicro;
    }

    /** Microseconds of comparing listed rows on one thread of the processor. */
    public double hostRerankMicros(long rows, int dimension) {
        return rows * (double) dimension * Float.BYTES / hostGatherBytesPerMicro;
    }
}
