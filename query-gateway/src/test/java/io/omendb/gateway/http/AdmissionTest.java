package io.omendb.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.shards.SearchLimit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    @Test
    void answers_thatAreNotSent_keepFurtherRequestsOut() {
        Admission admission = new Admission(10, 1_000, 500, SearchLimit.none());
        Admission.Place slow = admission.enter(1);
        slow.sends(400);
        admission.enter(1).close();
        Admission.Place slower = admission.enter(1);
        slower.sends(101);

        assertThatThrownBy(() -> admission.enter(1))
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED))
                .hasMessageContaining("500 bytes of answers that are not sent yet");
        assertThat(admission.inFlight()).isEqualTo(2);

        slow.close();
        slow.close();
        slow.sends(1_000); // of who has gone, nothing is held any more
        admission.enter(1).close();
        slower.close();
        assertThat(admission.inFlight()).isZero();
    }

    /** A burst of large answers is there before any of it is sent. */
    @Test
    void answers_thatAreExpected_keepOthersFromBeingMade() {
        Admission admission = new Admission(10, 1_000, 500, SearchLimit.none());
        Admission.Place alone = admission.enter(1);
        Admission.Place other = admission.enter(1);
        alone.expects(2_000); // as large as it likes

        assertThatThrownBy(() -> other.expects(1)).hasMessageContaining("500 bytes of answers");
        alone.sends(100); // it was smaller
        other.sends(300);
        admission.enter(1).expects(99);

        alone.close();
        other.close();
        Admission.Place last = admission.enter(1);
        last.expects(400);
        last.close();
        assertThat(last.sending()).isEqualTo(400);
    }

    /** Kafka may not answer for seconds; searches do not need it. */
    @Test
    void writes_takeNotAllTheRoomThereIs() {
        Admission admission = new Admission(8, 1_000);
        List<Admission.Place> writes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            writes.add(admission.enter(1, true));
        }
        assertThatThrownBy(() -> admission.enter(1, true)).hasMessageContaining("6 writes");
        assertThat(admission.inFlight()).isEqualTo(6);
        admission.enter(1, false).close();

        writes.remove(0).close();
        writes.add(admission.enter(1, true));
        writes.forEach(Admission.Place::close);
        assertThat(admission.inFlight()).isZero();
        new Admission(1, 1_000).enter(1, true).close();
    }
}
