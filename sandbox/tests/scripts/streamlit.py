import streamlit as st

SALES = {"North": 120, "South": 80}

st.title("Sales")
region = st.selectbox("Region", ["North", "South", "Nowhere"], key="region")
total = SALES[region]
if st.button("One more", key="add"):
    total += 1
st.metric("Total", total)
