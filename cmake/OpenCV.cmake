# opencv_core, opencv_imgproc, ...: from OpenCV's own package file where there is one; Debian keeps that file in
# libopencv-dev, which pulls in every module, so otherwise the few that we use are found one by one.
set(TRIPTYCH_OPENCV_MODULES core imgproc imgcodecs videoio dnn calib3d)
find_package(OpenCV QUIET COMPONENTS ${TRIPTYCH_OPENCV_MODULES})
if(NOT OpenCV_FOUND)
  find_path(OPENCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
  foreach(module ${TRIPTYCH_OPENCV_MODULES})
    find_library(OPENCV_${module}_LIBRARY opencv_${module} REQUIRED)
    add_library(opencv_${module} SHARED IMPORTED)
    set_target_properties(opencv_${module} PROPERTIES IMPORTED_LOCATION ${OPENCV_${module}_LIBRARY})
    target_include_directories(opencv_${module} SYSTEM INTERFACE ${OPENCV_INCLUDE_DIR})
  endforeach()
endif()
