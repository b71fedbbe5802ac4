package io.omendb.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpMethod;
import io.omendb.gateway.access.Need;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllowedMethodsTest {
    private static Route route(HttpMethod method, String path) {
        return Route.quick(
                method,
                path,
                Need.NOTHING,
                call -> {
                    throw new AssertionError("nobody asks");
                });
    }

    @Test
    void methodsOfAPath_areListed() {
        AllowedMethods allowed =
                new AllowedMethods(
                        List.of(
                                route(HttpMethod.PUT, "/collections/{c}"),
                                route(HttpMethod.GET, "/collections/{c}"),
                                route(HttpMethod.GET, "/collections"),
                                route(HttpMethod.GET, "/collections/{c}/points/{id}"),
                                route(HttpMethod.POST, "/collections/{c}/points/delete")));

        assertThat(allowed.of("/collections/shop")).isEqualTo("GET, PUT");
        assertThat(allowed.of("/collections")).isEqualTo("GET");
        assertThat(allowed.of("/collections/shop/points/7")).isEqualTo("GET");
        assertThat(allowed.of("/collections/shop/points/delete")).isEqualTo("GET, POST");
        assertThat(allowed.of("/collections/shop/none")).isEmpty();
    }
}
