package io.omendb.gpu.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LanesTest {

    @Test
    void of_groups_startPanelsOfTheirOwn() {
        int[] groupOf = new int[70];
        Arrays.fill(groupOf, 0, 40, 2);
        Arrays.fill(groupOf, 40, 69, 0);
        groupOf[69] = -1;
        Lanes lanes = Lanes.of(groupOf, 3);
        assertThat(lanes.firstPanels()).containsExactly(0, 1, 1, 3);
        assertThat(lanes.count()).isEqualTo(96);
        assertThat(lanes.ofMember()[40]).isZero();
        assertThat(lanes.ofMember()[0]).isEqualTo(32);
        assertThat(lanes.ofMember()[39]).isEqualTo(71);
        assertThat(lanes.ofMember()[69]).isEqualTo(-1);
        for (int lane = 0; lane < lanes.count(); lane++) {
            int member = lanes.members()[lane];
            if (member >= 0) {
                assertThat(lanes.ofMember()[member]).isEqualTo(lane);
            }
        }
        assertThat(Arrays.stream(lanes.members()).filter(member -> member >= 0).count())
                .isEqualTo(69);
    }

    @Test
    void one_hasEachMemberInTheLaneOfItsNumber() {
        Lanes lanes = Lanes.one(33);
        assertThat(lanes.count()).isEqualTo(64);
        for (int i = 0; i < 33; i++) {
            assertThat(lanes.ofMember()[i]).isEqualTo(i);
        }
        assertThat(lanes.members()[33]).isEqualTo(-1);
    }
}
