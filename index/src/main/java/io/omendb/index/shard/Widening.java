package io.omendb.index.shard;

import io.omendb.index.ivf.Codebook;
import io.omendb.index.search.TopK;
import java.util.function.BooleanSupplier;

/**
 * Probes more lists than the share of rows that pass the filter asks for, where that share says too
 * little: there may be fewer matches near the query than elsewhere, or fewer altogether than was
 * estimated. What tells is how many rows, matches or not, are nearer than the last of the answer.
 * Searches whose filter is as it seems pay for a look at some lists. One search, one thread.
 */
final class Widening {
    /** What an entry costs where the filter is asked about most of them. */
    private static final double FILTERED_ENTRY_NS = 17;

    /** What it costs to tell for each row of the shard whether it matches. */
    private static final double LIST_NS = 1;

    /** As many times as many near rows as were reckoned with are not chance. */
    private static final double UNPLANNED = 3;

    /** After as many times as many rows, with too few matches among them, all is weighed again. */
    private static final double IN_VAIN_TIMES = 2;

    private final ShardSnapshot snapshot;
    private final SearchParams params;
    private final TopK top;
    private final BooleanSupplier unneeded;

    Widening(ShardSnapshot snapshot, SearchParams params, TopK top, BooleanSupplier unneeded) {
        this.snapshot = snapshot;
        this.params = params;
        this.top = top;
        this.unneeded = unneeded;
    }

    /** The rows that pass the filter. */
    interface Matches {
        /** Whether they are known one by one. */
        boolean areListed();

        /** Tells how many there are. */
        long list();
    }

    /**
     * Probes on until the recall wanted is to be expected.
     *
     * @param scan has probed as many lists as were planned
     * @param planned rows that were thought to be nearer than the last match
     * @return false if reading all matches is cheaper than to probe on
     */
    boolean isComplete(IvfScan scan, SearchPlan.Probe probe, double planned, Matches matches) {
        Codebook codebook = probe.codebook();
        // Rows may be in no list, in those of another codebook, or on a device.
        double rows = probe.targets().stream().mapToLong(IvfScan.Target::rows).sum();
        double entries = rows / codebook.lists();
        double share = Math.max(1, rows) / snapshot.rowsStored();
        while (scan.listsProbed() < codebook.lists() && !unneeded.getAsBoolean()) {
            int probed = scan.listsProbed();
            boolean full = top.size() == top.capacity();
            int needed =
                    Math.min(
                            codebook.lists(),
                            full
                                    ? listsNeeded(scan, probe, share, planned)
                                    : listsFor(scan, probe, share));
            if (full && needed <= probed) {
                return true;
            }
            double nanos = (needed - probed) * (ShardSearch.PROBE_NS + entries * FILTERED_ENTRY_NS);
            boolean listable = matches.areListed() || snapshot.rowsStored() * LIST_NS < nanos;
            if (listable && matches.list() * ShardSearch.SCAN_NS < nanos) {
                return false;
            }
            scan.scanOn(
                    probe.targets(),
                    full ? needed : probe.nprobe(),
                    IN_VAIN_TIMES * scan.rowsEstimated());
            if (scan.listsProbed() == probed) {
                return true;
            }
        }
        return true;
    }

    private int listsNeeded(IvfScan scan, SearchPlan.Probe probe, double share, double planned) {
        NearRows near = scan.nearRows(probe.targets());
        double nearer = near.rows() / share * params.recallRowsOf(top.capacity()) / top.capacity();
        return nearer <= UNPLANNED * planned
                ? 0
                : Math.max(
                        lists(probe.codebook(), nearer), near.listsFor(1 - params.recallTarget()));
    }

    /** While there are fewer matches than wanted: as if they went on to be as rare. */
    private int listsFor(IvfScan scan, SearchPlan.Probe probe, double share) {
        double perMatch = scan.rowsEstimated() / share / (top.size() + 1);
        return lists(probe.codebook(), params.recallRowsOf(top.capacity()) * perMatch);
    }

    private int lists(Codebook codebook, double nearer) {
        return snapshot.probeModel(codebook).nprobe(params.recallTarget(), nearer);
    }
}
