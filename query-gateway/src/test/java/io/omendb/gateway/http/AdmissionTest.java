package io.omendb.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.shards.SearchLimit;
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
}
