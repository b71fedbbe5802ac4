package io.omendb.gateway.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.ServiceRequestContext;

/** Says no to a request, in whichever form its clients read. */
@FunctionalInterface
public interface Refusal {
    HttpResponse answer(ServiceRequestContext context, RuntimeException why);
}
