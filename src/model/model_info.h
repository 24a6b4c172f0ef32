#pragma once

#include "diagnostics/diagnostics.h"
#include "diagnostics/source_text.h"
#include "model/model.h"

namespace calx {

/// Reads a model info (XML, namespace urn:hl7-org:elm-modelinfo:r1) and adds its model to `types`. A model of classes
/// that FHIR R4 has or that are profiles of such classes (QICore, US Core); FHIR and System themselves are compiled
/// in, their model info is left alone. Mistakes are reported (kind MalformedModel); the answer is false after one.
bool load_model_info(const SourceText& source, Types& types, Diagnostics& diagnostics);

}  // namespace calx
