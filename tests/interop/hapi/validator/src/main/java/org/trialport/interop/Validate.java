package org.trialport.interop;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * Validates the resources of NDJSON files: `Validate R4|R5 FOLDER`, where FOLDER may hold
 * CodeSystem.ndjson and ValueSet.ndjson, which the others are held against.
 *
 * Writes a line for each message, apart by tabs: file, line, severity, message id, element, text.
 */
public final class Validate {

    public static void main(String[] args) throws IOException {
        FhirContext context = args[0].equals("R5") ? FhirContext.forR5() : FhirContext.forR4();
        Path folder = Path.of(args[1]);
        FhirValidator validator = validator(context, folder);
        for (Path file : files(folder)) {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                for (SingleValidationMessage each : validator.validateWithResult(line).getMessages()) {
                    if (each.getSeverity() != ResultSeverityEnum.INFORMATION) {
                        print(file, number, each);
                    }
                }
            }
            System.out.printf("%s\t%d\tread%n", file.getFileName(), number);
        }
    }

    private static FhirValidator validator(FhirContext context, Path folder) throws IOException {
        PrePopulatedValidationSupport own = new PrePopulatedValidationSupport(context);
        for (String type : List.of("CodeSystem", "ValueSet")) {
            Path file = folder.resolve(type + ".ndjson");
            if (Files.exists(file)) {
                for (String line : Files.readAllLines(file)) {
                    IBaseResource resource = context.newJsonParser().parseResource(line);
                    own.addResource(resource);
                }
            }
        }
        UnknownCodeSystemWarningValidationSupport unknown =
            new UnknownCodeSystemWarningValidationSupport(context);
        ValidationSupportChain chain = new ValidationSupportChain(
            new DefaultProfileValidationSupport(context),
            own,
            new CommonCodeSystemsTerminologyService(context),
            new InMemoryTerminologyServerValidationSupport(context),
            unknown);
        FhirInstanceValidator instance = new FhirInstanceValidator(chain);
        instance.setAnyExtensionsAllowed(true);
        return context.newValidator().registerValidatorModule(instance);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            List<Path> named = new ArrayList<>(found.filter(each -> each.toString().endsWith(".ndjson")).toList());
            named.sort(null);
            return named;
        }
    }

    private static void print(Path file, int number, SingleValidationMessage each) {
        String text = each.getMessage().replaceAll("[\\t\\r\\n]+", " ");
        System.out.printf(
            "%s\t%d\t%s\t%s\t%s\t%s%n",
            file.getFileName(), number, each.getSeverity().getCode(), each.getMessageId(),
            each.getLocationString(), text);
    }
}
