package io.omendb.examples.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JdkApiTest {
    private static List<JdkElement> elements;
    private static Map<String, JdkElement> byId;

    @BeforeAll
    static void readAll() {
        elements = JdkApi.ofRunningJdk().stream().toList();
        byId = elements.stream().collect(Collectors.toMap(JdkElement::id, Function.identity()));
    }

    @Test
    void stream_twice_isTheSame() {
        assertThat(JdkApi.ofRunningJdk().stream().toList().equals(elements)).isTrue();
    }

    @Test
    void stream_wholeJdk_isLargeWithUniqueIds() {
        // Sizes only: a failure would print every element.
        assertThat(elements.size()).isGreaterThan(50_000);
        assertThat(byId.size()).isEqualTo(elements.size());
    }

    @Test
    void stream_first2000_mixesPackages() {
        assertThat(elements.stream().limit(2_000).map(JdkElement::packageName).distinct())
                .hasSizeGreaterThan(40);
    }

    @Test
    void stream_takenPart_readsNoMoreThanThat() {
        assertThat(JdkApi.ofRunningJdk().stream().limit(10)).isEqualTo(elements.subList(0, 10));
    }

    @Test
    void element_staticMethod_isDescribed() {
        assertThat(byId.get("java.base/java.time.LocalDate#parse(CharSequence,DateTimeFormatter)"))
                .isEqualTo(
                        new JdkElement(
                                "java.base/java.time.LocalDate#parse(CharSequence,DateTimeFormatter)",
                                "java.base",
                                "java.time",
                                "method",
                                "parse",
                                true,
                                2,
                                "parse of local date, method takes char sequence and date time formatter returns local date, in java time"));
    }

    @Test
    void element_otherKinds_areDescribed() {
        assertThat(byId.get("java.base/java.util.ArrayList#ArrayList(int)"))
                .extracting(JdkElement::kind, JdkElement::parameters)
                .containsExactly("constructor", 1);
        assertThat(byId.get("java.base/java.util.Map.Entry"))
                .extracting(JdkElement::kind, JdkElement::name, JdkElement::isStatic)
                .containsExactly("interface", "Entry", true);
        assertThat(byId.get("java.base/java.lang.Long#MAX_VALUE"))
                .extracting(JdkElement::kind, JdkElement::text)
                .containsExactly("field", "max value of long, field holds long, in java lang");
        assertThat(byId.get("java.base/java.lang.Thread.State").kind()).isEqualTo("enum");
        assertThat(byId.get("java.base/java.lang.Deprecated").kind()).isEqualTo("annotation");
        assertThat(byId.get("java.base/java.util.ArrayList#removeRange(int,int)")).isNotNull();
    }

    @Test
    void stream_hiddenThings_areLeftOut() {
        assertThat(byId)
                .doesNotContainKey("java.base/java.util.ArrayList.Itr")
                .doesNotContainKey("java.base/java.util.ArrayList#grow(int)")
                .doesNotContainKey("java.base/jdk.internal.misc.Unsafe");
    }
}
