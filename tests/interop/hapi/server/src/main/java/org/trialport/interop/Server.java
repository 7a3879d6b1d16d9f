package org.trialport.interop;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.ServerConnector;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * A FHIR R4 server with an embedded database: `Server DATABASE`, a JDBC URL of H2.
 *
 * It takes a free port of the loopback interface and writes its address to stdout once it answers.
 */
public final class Server {

    public static void main(String[] args) throws Exception {
        System.setProperty(Storage.DATABASE, args[0]);
        AnnotationConfigApplicationContext beans = new AnnotationConfigApplicationContext(Storage.class);

        RestfulServer fhir = new RestfulServer(beans.getBean(FhirContext.class));
        fhir.registerProviders(beans.getBean(ResourceProviderFactory.class).createProviders());
        fhir.registerProvider(beans.getBean(IJpaSystemProvider.class));
        fhir.setPagingProvider(beans.getBean(DatabaseBackedPagingProvider.class));
        fhir.setDefaultResponseEncoding(EncodingEnum.JSON);

        org.eclipse.jetty.server.Server web = new org.eclipse.jetty.server.Server();
        ServerConnector connector = new ServerConnector(web);
        connector.setHost("127.0.0.1");
        web.addConnector(connector);
        ServletContextHandler handler = new ServletContextHandler("/");
        handler.addServlet(new ServletHolder(fhir), "/fhir/*");
        web.setHandler(handler);
        web.start();
        System.out.printf("http://127.0.0.1:%d/fhir%n", connector.getLocalPort());
        System.out.flush();
        web.join();
    }
}
