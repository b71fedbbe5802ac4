package io.omendb.gpu.build;

import java.util.Arrays;

/**
 * Which lane of the device's panels holds what: each group starts a panel of its own.
 *
 * @param ofMember the lane of each member, -1 for none
 * @param members the member in each lane, -1 for none
 * @param firstPanels the first panel of each group; one more at the end
 */
@SuppressWarnings("ArrayRecordComponent")
record Lanes(int[] ofMember, int[] members, int[] firstPanels) {

    /**
     * Arranges members.
     *
     * @param groupOf the group of each, -1 for one that gets no lane
     */
    static Lanes of(int[] groupOf, int groups) {
        int[] sizes = new int[groups];
        for (int group : groupOf) {
            if (group >= 0) {
                sizes[group]++;
            }
        }
        int[] firstPanels = new int[groups + 1];
        for (int group = 0; group < groups; group++) {
            firstPanels[group + 1] =
                    firstPanels[group] + (sizes[group] + IndexKernels.WARP - 1) / IndexKernels.WARP;
        }
        int[] ofMember = new int[groupOf.length];
        int[] members = new int[firstPanels[groups] * IndexKernels.WARP];
        Arrays.fill(members, -1);
        int[] next = new int[groups];
        for (int member = 0; member < groupOf.length; member++) {
            int group = groupOf[member];
            ofMember[member] = -1;
            if (group >= 0) {
                int lane = firstPanels[group] * IndexKernels.WARP + next[group]++;
                ofMember[member] = lane;
                members[lane] = member;
            }
        }
        return new Lanes(ofMember, members, firstPanels);
    }

    /** Members in one group, each in the lane of its own number. */
    static Lanes one(int count) {
        return of(new int[count], 1);
    }

    /** Lanes, used or not. */
    int count() {
        return members.length;
    }
}
