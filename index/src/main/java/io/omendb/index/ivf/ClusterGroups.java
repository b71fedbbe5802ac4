package io.omendb.index.ivf;

import java.util.Random;

/**
 * Rows in groups, each to be clustered by itself.
 *
 * @param rows row numbers, group after group
 * @param firstRows where the rows of each group start; one more at the end
 * @param firstClusters where the clusters of each group start; one more at the end. A group has at
 *     most as many clusters as rows, and one without rows has none
 */
@SuppressWarnings("ArrayRecordComponent")
public record ClusterGroups(int[] rows, int[] firstRows, int[] firstClusters) {

    public ClusterGroups {
        for (int group = 0; group + 1 < firstRows.length; group++) {
            int count = firstRows[group + 1] - firstRows[group];
            int clusters = firstClusters[group + 1] - firstClusters[group];
            if (clusters > count || clusters < 1 && count > 0) {
                throw new IllegalArgumentException(
                        "group " + group + ": " + clusters + " clusters of " + count + " rows");
            }
        }
    }

    /** All rows in one group. */
    static ClusterGroups one(int[] rows, int clusters) {
        return new ClusterGroups(rows, new int[] {0, rows.length}, new int[] {0, clusters});
    }

    /** How many groups. */
    public int count() {
        return firstRows.length - 1;
    }

    /** Clusters of all groups. */
    public int clusters() {
        return firstClusters[count()];
    }

    /** Different rows of its group at random for each cluster. */
    int[] starts(Random random) {
        int[] starts = new int[clusters()];
        int[] shuffled = rows.clone();
        for (int group = 0; group < count(); group++) {
            int end = firstRows[group + 1];
            for (int i = 0; i < firstClusters[group + 1] - firstClusters[group]; i++) {
                int own = firstRows[group] + i;
                int other = own + random.nextInt(end - own);
                starts[firstClusters[group] + i] = shuffled[other];
                shuffled[other] = shuffled[own];
            }
        }
        return starts;
    }
}
