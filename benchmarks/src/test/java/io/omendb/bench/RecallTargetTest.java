package io.omendb.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import org.junit.jupiter.api.Test;

class RecallTargetTest {

    @Test
    void of_betweenTwoPoints_interpolates() {
        List<PointResult> points = List.of(point(0.90, 100), point(0.98, 300), point(1, 900));
        RecallTarget target = RecallTarget.of(0.94, points);
        assertThat(target).isNotNull();
        assertThat(target.meanUs()).isCloseTo(200, offset(1e-6));
        assertThat(target.p99Us()).isCloseTo(400, offset(1e-6));
    }

    @Test
    void of_pointsThatOthersBeat_doNotCount() {
        List<PointResult> points =
                List.of(point(0.50, 150), point(0.90, 100), point(0.98, 300), point(0.96, 400));
        RecallTarget target = RecallTarget.of(0.94, points);
        assertThat(target).isNotNull();
        assertThat(target.meanUs()).isCloseTo(200, offset(1e-6));
    }

    @Test
    void of_outsideWhatWasMeasured_doesNotGuess() {
        List<PointResult> points = List.of(point(0.97, 50), point(0.98, 300));
        assertThat(RecallTarget.of(0.95, points)).isEqualTo(new RecallTarget(0.95, 50, 100));
        assertThat(RecallTarget.of(0.99, points)).isNull();
    }

    private static PointResult point(double recall, double meanUs) {
        return new PointResult("p", recall, meanUs, meanUs, 2 * meanUs, 1e6 / meanUs, 0);
    }
}
