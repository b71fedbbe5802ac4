package io.omendb.index.shard;

import io.omendb.OmenException;
import io.omendb.index.device.DeviceChoice;

/**
 * How hard a search looks.
 *
 * @param exact compare the query with every row
 * @param recallTarget share of the true nearest rows that the search should find, above 0 and at
 *     most 1; chooses how many posting lists are probed where {@code nprobe} is 0
 * @param nprobe posting lists to probe; 0 leaves the choice to the recall target
 * @param recallRows how many of the nearest rows the target is for; 0 for as many as are asked for
 * @param device where to run
 */
public record SearchParams(
        boolean exact, double recallTarget, int nprobe, int recallRows, DeviceChoice device) {
    private static final double RECALL_TARGET_DEFAULT = 0.95;

    public static final SearchParams DEFAULT = new SearchParams(false, RECALL_TARGET_DEFAULT, 0);

    public static final SearchParams EXACT = new SearchParams(true, RECALL_TARGET_DEFAULT, 0);

    /** Where it is expected to be faster. */
    public SearchParams(boolean exact, double recallTarget, int nprobe) {
        this(exact, recallTarget, nprobe, 0, DeviceChoice.AUTO);
    }

    public SearchParams {
        if (!(recallTarget > 0 && recallTarget <= 1)) {
            throw OmenException.invalid(
                    "recall_target: found " + recallTarget + ", expected more than 0, at most 1");
        }
        if (nprobe < 0) {
            throw OmenException.invalid("nprobe: found " + nprobe + ", expected at least 1");
        }
        if (recallRows < 0) {
            throw new IllegalArgumentException("rows to recall: " + recallRows);
        }
    }

    /** Whether every row counts, so that nothing may be left out. */
    boolean isExact() {
        return exact || recallTarget >= 1;
    }

    /** Of how many of the k rows asked for the target is. */
    int recallRowsOf(int k) {
        return recallRows > 0 ? recallRows : k;
    }

    /** The same elsewhere. */
    public SearchParams on(DeviceChoice choice) {
        return new SearchParams(exact, recallTarget, nprobe, recallRows, choice);
    }

    /** The same with a target for the nearest rows only; those beyond are found if at hand. */
    public SearchParams recalling(int rows) {
        return new SearchParams(exact, recallTarget, nprobe, rows, device);
    }

    public static SearchParams ofRecall(double target) {
        return new SearchParams(false, target, 0);
    }

    public static SearchParams ofProbes(int nprobe) {
        return new SearchParams(false, RECALL_TARGET_DEFAULT, nprobe);
    }
}
