package io.omendb.index.ivf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ProbeCurveTest {
    private static final int LISTS = 8;

    @Test
    void queriesThatAreAlike_leaveNothingInDoubt() {
        ProbeCurve curve = new ProbeCurve(LISTS);
        for (int query = 0; query < 4; query++) {
            curve.add(new int[] {0, 0, 2, 5}, 4);
        }

        assertThat(curve.surely()).containsExactly(0.5f, 0.5f, 0.75f, 0.75f, 0.75f, 1);
    }

    /** Half of the queries have all neighbours in the first list, half in the fourth. */
    @Test
    void queriesThatDiffer_areLessTheStandardError_whichMoreQueriesHalve() {
        assertThat(firstOfTwoKinds(16)).isCloseTo(0.5f - 0.5f / 4, within(1e-6f));
        assertThat(firstOfTwoKinds(64)).isCloseTo(0.5f - 0.5f / 8, within(1e-6f));
    }

    @Test
    void onlyTheNearestCount_andAQueryByHowManyItHas() {
        ProbeCurve curve = new ProbeCurve(LISTS);
        curve.add(new int[] {0, 0, 0, 7}, 3);
        curve.add(new int[] {1}, 1);

        float[] surely = curve.surely();
        assertThat(surely).hasSize(2);
        // The mean is 3/4; found less the mean of what was wanted is 3/4 and -3/4.
        assertThat(surely[0])
                .isCloseTo((float) (0.75 - Math.sqrt(2 * 0.75 * 0.75) / 4), within(1e-6f));
        assertThat(surely[1]).isEqualTo(1);
    }

    @Test
    void nothingAdded_isNoCurve() {
        assertThat(new ProbeCurve(LISTS).surely()).isEmpty();
    }

    private static float firstOfTwoKinds(int queries) {
        ProbeCurve curve = new ProbeCurve(LISTS);
        for (int query = 0; query < queries; query++) {
            int list = query % 2 * 3;
            curve.add(new int[] {list, list}, 2);
        }
        return curve.surely()[0];
    }
}
